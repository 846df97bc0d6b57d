// What makes a client's certificate acceptable, kind by kind (facts/etcd.md §8.5).

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { examineClientCertificate } from '../../../src/tls/client-certificate.ts'
import { type Kind, makeCertificate } from '../../fixtures/certificates.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'

const now = Date.now()
const refused: readonly (readonly [Kind, string])[] = [
  ['rubbish', 'not-a-certificate'],
  ['private-key', 'private-key-sent'],
  ['ca', 'certificate-is-ca'],
  ['x509-v1', 'certificate-is-v1'],
  ['secp256k1', 'key-type-unsupported'],
  ['expired', 'certificate-expired'],
  ['not-yet', 'certificate-not-yet-valid'],
]

const good: readonly Kind[] = ['good', 'rsa', 'ed25519']
for (const kind of good) {
  test(`a certificate of kind ${kind} is accepted, by the name that etcd will see`, async () => {
    const { certificate } = await makeCertificate('web', kind)
    const examined = await examineClientCertificate(certificate, now)
    assert.ok(examined.kind === 'leaf', JSON.stringify(examined))
    assert.equal(examined.commonName, 'web')
    assert.equal(
      new X509Certificate(examined.pem).fingerprint256,
      new X509Certificate(certificate).fingerprint256,
    )
  })
}

for (const [kind, code] of refused) {
  test(`a certificate of kind ${kind} is refused as ${code}`, async () => {
    const { certificate } = await makeCertificate('web', kind)
    const examined = await examineClientCertificate(certificate, now)
    assert.ok(examined.kind === 'refused')
    assert.equal(examined.code, code)
    assert.doesNotMatch(examined.detail, /PRIVATE/)
  })
}

test('only the first block counts: a chain behind it is trusted by nobody', async () => {
  const [leaf, authority] = [await makeCertificate('web'), await makeCertificate('authority', 'ca')]
  const examined = await examineClientCertificate(`${leaf.certificate}\n${authority.certificate}`, now)
  assert.ok(examined.kind === 'leaf')
  assert.equal(examined.pem.match(/BEGIN CERTIFICATE/g)?.length, 1)
  const other = await examineClientCertificate(`${authority.certificate}\n${leaf.certificate}`, now)
  assert.equal(other.kind, 'refused')
})

test('two common names and an empty one are refused, with one remedy', async () => {
  for (const kind of ['two-cns', 'empty-cn'] as const) {
    const { certificate } = await makeCertificate('web', kind)
    assert.equal((await examineClientCertificate(certificate, now)).kind, 'refused', kind)
  }
})

test('a refused name is told in letters that no terminal obeys', async () => {
  const { certificate } = await issueCertificate({ commonNames: ['we\u202eb\u001b[2J'] })
  const examined = await examineClientCertificate(certificate, now)
  assert.ok(examined.kind === 'refused')
  assert.match(examined.detail, /^[\x20-\x7e]+$/)
})

test('a subject of more than a kilobyte is refused: every handshake would carry it', async () => {
  const { certificate } = await issueCertificate({ commonNames: ['web'], organization: 'o'.repeat(1_000) })
  const examined = await examineClientCertificate(certificate, now)
  assert.ok(examined.kind === 'refused' && examined.code === 'certificate-unloadable')
})
