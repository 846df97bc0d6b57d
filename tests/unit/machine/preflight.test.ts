import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type BundleTried, bundleLoads } from '../../../src/machine/preflight.ts'
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

  it('of certificates that etcd can parse loads', async () => {
    assert.deepEqual(await tried(good + good), { ok: true })
  })

  it('with one certificate on a curve that etcd doesn’t know does not', async () => {
    const path = join(folder, 'exotic.pem')
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:secp256k1',
      '-nodes',
      '-keyout',
      join(folder, 'k'),
    ]
    openssl('req', '-x509', ...key, '-out', path, '-subj', '/CN=exotic')
    const exotic = await readFile(path, 'utf8')
    assert.deepEqual(await tried(good + exotic), { ok: false, reason: 'x509: unsupported elliptic curve' })
  })

  it('with a private key in it does not, and the reason does not show the key', async () => {
    const answer = await tried(good + (await readFile(authority.keyPath, 'utf8')))
    assert.equal(answer.ok, false)
    assert.match(answer.reason, /^x509: malformed/)
    assert.doesNotMatch(answer.reason, /BEGIN/)
  })

  it('with rubbish in a certificate’s place does not', async () => {
    const answer = await tried(`-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${good}`)
    assert.equal(answer.ok, false)
  })

  it('that is not there is no verdict on certificates but a failure', async () => {
    const missing = bundleLoads({ etcdctl: binary('etcdctl'), bundlePath: join(folder, 'missing.pem') })
    await assert.rejects(missing, { name: 'CommandFailed' })
  })
})
