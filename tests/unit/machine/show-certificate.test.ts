// What an issuer's chain may be, that Node takes and Go's TLS does not: tried with the etcdctl that is there.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Shown, showCertificate } from '../../../src/machine/show-certificate.ts'
import { binary } from '../etcd/etcd-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'show-certificate-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const readPem = (name: string): string => readFileSync(join(folder, name), 'utf8')

function issue(name: string, by: string | undefined, extensions: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${name}.key`,
  ]
  openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
  writeFileSync(join(folder, `${name}.ext`), extensions)
  const signer =
    by === undefined
      ? ['-signkey', `${name}.key`]
      : ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial']
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-out',
    `${name}.crt`,
    '-days',
    '9',
    '-extfile',
    `${name}.ext`,
    ...signer,
  )
}

const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
const names = 'subjectAltName=IP:127.0.0.1,DNS:etcd-0\nextendedKeyUsage=serverAuth,clientAuth\n'
issue('root', undefined, ca)

/** What becomes of a leaf below an authority with these extensions. */
async function shown(authority: string, leaf = names, rootPath = 'root.crt'): Promise<Shown> {
  issue('between', 'root', authority)
  issue('leaf', 'between', leaf)
  return showCertificate({
    etcdctl: binary('etcdctl'),
    address: '127.0.0.1',
    chain: readPem('leaf.crt') + readPem('between.crt'),
    privateKey: readPem('leaf.key'),
    rootPath: join(folder, rootPath),
  })
}

describe('a certificate of another’s issuer, shown to Go', () => {
  it('is taken where its chain is sound', async () => {
    assert.deepEqual(await shown(ca), { kind: 'taken' })
  })

  const odd: readonly (readonly [string, string, RegExp, string?])[] = [
    [
      'its authority may sign for other addresses only',
      `${ca}nameConstraints=critical,permitted;IP:10.0.0.0/255.0.0.0\n`,
      /^x509: .*(127|IP|not permitted)/,
    ],
    [
      'its authority may sign for other names only',
      `${ca}nameConstraints=critical,permitted;DNS:example.com\n`,
      /^x509: .*not authorized to sign for this name: DNS name .*etcd-0/,
    ],
    [
      'its authority may not sign for servers',
      `${ca}extendedKeyUsage=clientAuth\n`,
      /^x509: .*incompatible key usage/,
    ],
    [
      'its authority has a critical extension that Go does not know',
      `${ca}1.2.3.4.5=critical,ASN1:UTF8String:x\n`,
      /^x509: unhandled critical extension/,
    ],
    [
      'it names no address',
      ca,
      /^x509: cannot validate certificate for 127.0.0.1/,
      'subjectAltName=DNS:etcd-0\n',
    ],
  ]
  for (const [why, authority, words, leaf] of odd)
    it(`is not where ${why}`, async () => {
      const answer = await shown(authority, leaf)
      assert.equal(answer.kind, 'fails')
      assert.match(answer.reason, words)
    })

  it('is not where its root is another', async () => {
    issue('elsewhere', undefined, ca)
    const answer = await shown(ca, names, 'elsewhere.crt')
    assert.ok(answer.kind === 'fails')
    assert.match(answer.reason, /^x509: certificate signed by unknown authority/)
  })
})
