// What another's issuer may send for a request of ours, and what of it is of use; and that the field's tools read the request.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { examineIssued, type Sent } from '../../../src/tls/issued-certificate.ts'
import { createPrivateKeyPem, createRsaKeyPem, publicKeyOf } from '../../../src/tls/key.ts'
import { createRequest } from '../../../src/tls/request.ts'

const folder = mkdtempSync(join(tmpdir(), 'issued-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const readPem = (name: string): string => readFileSync(join(folder, name), 'utf8')
const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function makeRoot(name: string): void {
  const of = ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`, '-days', '100']
  openssl('req', '-x509', ...newKey, ...of)
}

function signRequest(request: string, by: string, to: string, extensions: string, days = '50'): string {
  writeFileSync(join(folder, `${to}.csr`), request)
  writeFileSync(join(folder, `${to}.ext`), extensions)
  const of = ['-in', `${to}.csr`, '-out', `${to}.crt`, '-days', days, '-extfile', `${to}.ext`]
  openssl('x509', '-req', ...of, '-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial')
  return readPem(`${to}.crt`)
}

makeRoot('root')
makeRoot('elsewhere')
openssl('req', ...newKey, '-keyout', 'between.key', '-out', 'between.csr', '-subj', '/CN=between')
signRequest(readPem('between.csr'), 'root', 'between', ca)
const key = await createRsaKeyPem()
const request = await createRequest({
  privateKey: key,
  commonName: 'etcd-0',
  names: ['10.0.0.1', 'fd00::1', 'etcd-0.example.com'],
  usage: 'server and client',
})
const both = 'extendedKeyUsage=serverAuth,clientAuth\n'
const names = 'subjectAltName=IP:10.0.0.1,IP:fd00::1,DNS:etcd-0.example.com\n'
const wants = {
  publicKey: publicKeyOf(key),
  role: 'peer',
  addresses: ['10.0.0.1', 'fd00::1'],
  // Certificates of openssl begin within this second or the next.
  now: Date.now() + 60_000,
} as const

const leaf = signRequest(request, 'between', 'leaf', both + names)
const [root, between, elsewhere] = ['root.crt', 'between.crt', 'elsewhere.crt'].map(readPem)
const sent = (certificate: string, more: Partial<Sent> = {}): Sent => ({
  certificate,
  ca: root ?? '',
  chain: [],
  ...more,
})

describe('a request for an issuer of the operator’s', () => {
  for (const [kind, make] of [
    ['RSA', createRsaKeyPem],
    ['EC', createPrivateKeyPem],
  ] as const)
    it(`is read and verified by openssl, with its names and uses: ${kind}`, async () => {
      const privateKey = await make()
      const of = {
        privateKey,
        commonName: 'etcd-0',
        names: ['10.0.0.1', 'fd00::1', 'a.example'],
        usage: 'server and client',
      } as const
      writeFileSync(join(folder, 'own.csr'), await createRequest(of))
      const text = openssl('req', '-in', 'own.csr', '-noout', '-verify', '-text')
      assert.match(text, /CN\s?=\s?etcd-0/)
      assert.match(text, /TLS Web Server Authentication, TLS Web Client Authentication/)
      assert.match(text, /IP Address:10\.0\.0\.1, IP Address:FD00:0:0:0:0:0:0:1, DNS:a\.example/)
    })
})

describe('what an issuer sends', () => {
  it('is put in order by its signatures, whatever the list says', () => {
    const orders = [
      [leaf, between, root],
      [root, elsewhere, between, leaf],
      [between, root, root, leaf],
    ]
    for (const chain of orders) {
      const found = examineIssued(
        sent(leaf, { ca: between ?? '', chain: chain.map((pem) => pem ?? '') }),
        wants,
      )
      assert.ok(found.kind === 'issued', JSON.stringify(found))
      assert.equal(found.anchor.trim(), root?.trim())
      assert.equal(found.chain.match(/BEGIN CERTIFICATE/g)?.length, 2)
    }
  })

  const rejected: readonly (readonly [string, () => Sent, RegExp])[] = [
    ['no root', () => sent(leaf, { ca: between ?? '', chain: [leaf] }), /^issued-without-root/],
    ['a root that did not sign it', () => sent(leaf, { ca: elsewhere ?? '' }), /^issued-without-root/],
    ['another’s certificate', () => sent(elsewhere ?? ''), /^issued-for-another-key/],
    [
      'rubbish',
      () => sent('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
      /^issued-unreadable/,
    ],
    ['nothing', () => sent(''), /^issued-unreadable/],
    ['megabytes', () => sent(leaf, { chain: ['x'.repeat(300_000)] }), /^issued-unreadable/],
    ['a CA', () => sent(signRequest(request, 'root', 'authority', ca + names)), /^issued-is-ca/],
    [
      'no use for clients',
      () => sent(signRequest(request, 'root', 'narrow', `extendedKeyUsage=serverAuth\n${names}`)),
      /^issued-for-other-use.*clientAuth/,
    ],
    [
      'not all addresses',
      () => sent(signRequest(request, 'root', 'short', `${both}subjectAltName=IP:10.0.0.1\n`)),
      /^issued-without-addresses.*fd00::1/,
    ],
  ]
  for (const [what, make, why] of rejected)
    it(`is refused in words: ${what}`, () => {
      const found = examineIssued(make(), wants)
      assert.match(found.kind === 'refused' ? `${found.code} ${found.detail}` : 'issued', why)
    })

  it('is of no use before its beginning or near its end, whatever the clock says', () => {
    const at = (days: number) =>
      examineIssued(sent(leaf, { chain: [between ?? ''] }), { ...wants, now: wants.now + days * 86_400_000 })
    assert.deepEqual(
      [-1, 1, 46, 60].map((days) => at(days).kind),
      ['refused', 'issued', 'refused', 'refused'],
    )
  })

  it('is of no use where its issuer may not sign for that use: Go goes by all of a chain', () => {
    signRequest(readPem('between.csr'), 'root', 'narrow', `${ca}extendedKeyUsage=serverAuth\n`)
    signRequest(readPem('between.csr'), 'root', 'wide', `${ca}extendedKeyUsage=anyExtendedKeyUsage\n`)
    const by = (name: string, role: 'peer' | 'server') =>
      examineIssued(sent(leaf, { chain: [readPem(`${name}.crt`)] }), { ...wants, role })
    assert.deepEqual(
      [by('narrow', 'peer'), by('narrow', 'server').kind, by('wide', 'peer').kind],
      [
        {
          kind: 'refused',
          code: 'issued-for-other-use',
          detail: "its issuer's extended key usage lacks clientAuth",
        },
        'issued',
        'issued',
      ],
    )
  })

  it('is of no use where its root has a subject that would fill every handshake', () => {
    const subject = `/CN=large${Array.from({ length: 20 }, () => `/O=${'x'.repeat(60)}`).join('')}`
    openssl('req', '-x509', ...newKey, '-keyout', 'large.key', '-out', 'large.crt', '-subj', subject)
    const by = signRequest(request, 'large', 'by-large', both + names)
    assert.deepEqual(examineIssued(sent(by, { ca: readPem('large.crt') }), wants), {
      kind: 'refused',
      code: 'issuer-unusable',
      detail: 'the subject of its root is larger than 1024 bytes',
    })
  })

  it('to show to clients alone needs no use for clients', () => {
    const narrow = signRequest(request, 'root', 'server', `extendedKeyUsage=serverAuth\n${names}`)
    assert.equal(examineIssued(sent(narrow), { ...wants, role: 'server' }).kind, 'issued')
  })
})
