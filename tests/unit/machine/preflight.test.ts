import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type BundleTried, bundleLoads } from '../../../src/machine/preflight.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'
import { type Authority, createAuthority, openssl } from '../etcd/certificates.ts'
import { binary } from '../etcd/etcd-server.ts'

describe('a trust bundle', () => {
  let folder = ''
  let authority: Authority
  let good = ''

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'preflight-test-'))
    authority = createAuthority(folder, 'ca')
    good = await readFile(authority.certificatePath, 'utf8')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function tried(bundle: string): Promise<BundleTried> {
    const bundlePath = join(folder, 'bundle.pem')
    await writeFile(bundlePath, bundle)
    return bundleLoads({ etcdctl: binary('etcdctl'), bundlePath })
  }

  /** A program in etcdctl's place. */
  async function triedBy(script: string): Promise<BundleTried> {
    const [etcdctl, bundlePath] = [join(folder, 'etcdctl'), join(folder, 'bundle.pem')]
    await writeFile(etcdctl, `#!/bin/sh\n${script}\n`, { mode: 0o700 })
    await writeFile(bundlePath, good)
    return bundleLoads({ etcdctl, bundlePath })
  }

  it('of certificates that etcd can parse loads', async () => {
    assert.deepEqual(await tried(good + good), { kind: 'loads' })
  })

  it('with one certificate on a curve that etcd doesn’t know does not', async () => {
    const path = join(folder, 'exotic.pem')
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1', '-nodes']
    openssl('req', '-x509', ...curve, '-keyout', join(folder, 'k'), '-out', path, '-subj', '/CN=exotic')
    const exotic = await readFile(path, 'utf8')
    assert.deepEqual(await tried(good + exotic), {
      kind: 'fails',
      reason: 'x509: unsupported elliptic curve',
    })
  })

  it('with a private key in it does not, and the reason does not show the key', async () => {
    const answer = await tried(good + (await readFile(authority.keyPath, 'utf8')))
    assert.ok(answer.kind === 'fails')
    assert.match(answer.reason, /^x509: malformed/)
    assert.doesNotMatch(answer.reason, /BEGIN/)
  })

  it('with rubbish in a certificate’s place does not', async () => {
    const answer = await tried(`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${good}`)
    assert.equal(answer.kind, 'fails')
  })

  it('with a name that is longer than any message does not, and is told in a line', async () => {
    const { certificate } = await issueCertificate({
      commonNames: ['mallory'],
      uri: `https://${'a'.repeat(5_000)}%zz`,
    })
    const answer = await tried(good + certificate)
    assert.ok(answer.kind === 'fails')
    assert.match(answer.reason, /^x509: cannot parse URI "https:\/\/a{100}.*\.\.\.$/)
    assert.ok(answer.reason.length <= 160)
  })

  it('is known to load by what etcdctl says, too: snap ends with 1 where it can’t start it', async () => {
    const said = 'Failed to get the status of endpoint https://127.0.0.1:1 (context deadline exceeded)'
    assert.deepEqual(await triedBy(`echo '${said}' >&2; exit 1`), { kind: 'loads' })
    const unstarted = 'snap-confine has elevated permissions and is not confined'
    const answer = await triedBy(`echo '${unstarted}' >&2; exit 1`)
    assert.deepEqual(answer, { kind: 'fails', reason: 'etcdctl exited with 1' })
  })

  it('never loads by an end that nobody knows', async () => {
    const ends: readonly (readonly [string, string])[] = [
      ['exit 0', 'something answers etcdctl at port 1 of loopback'],
      ['exit 2', 'etcdctl exited with 2'],
      ['exit 128', 'etcdctl exited with 128'],
      ['kill -KILL $$', 'etcdctl was ended by SIGKILL'],
      ['printf "Error: a\\033[2Jb\\302\\233" >&2; exit 128', 'a\\u001b[2Jb\\u009b'],
    ]
    for (const [script, reason] of ends) assert.deepEqual(await triedBy(script), { kind: 'fails', reason })
  })

  it('is not tried without a file, or without etcdctl', async () => {
    const [etcdctl, bundlePath] = [binary('etcdctl'), join(folder, 'missing.pem')]
    assert.equal((await bundleLoads({ etcdctl, bundlePath })).kind, 'fails')
    const nobody = await bundleLoads({ etcdctl: '/no/etcdctl', bundlePath })
    assert.deepEqual(nobody, {
      kind: 'fails',
      reason: '/no/etcdctl is not on this machine; install it, or see that it is on the PATH',
    })
    await writeFile(join(folder, 'unrunnable'), 'text', { mode: 0o600 })
    const unrunnable = await bundleLoads({ etcdctl: join(folder, 'unrunnable'), bundlePath })
    assert.deepEqual(unrunnable, { kind: 'fails', reason: 'etcdctl could not be run' })
  })
})
