// Certificates that no library would make, by the byte: what TLS clients can't use is refused, and whatever is told of it is a line.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examineClientCertificate } from '../../../src/tls/client-certificate.ts'
import {
  type AlgorithmName,
  attribute,
  extension,
  makeOddCertificate,
  type OddShape,
  soundShape,
} from '../../fixtures/odd-certificate.ts'
import { oid, sequence, tlv } from '../../fixtures/odd-der.ts'
import type { OddKeyName } from '../../fixtures/odd-keys.ts'

async function verdictOn(shape: Partial<OddShape>): Promise<string> {
  const { pem } = makeOddCertificate({ ...soundShape('web'), ...shape })
  const examined = await examineClientCertificate(pem, Date.now())
  if (examined.kind === 'leaf') return 'accepted'
  assert.match(examined.detail, /^[\x20-\x7e]{0,160}$/)
  return examined.code
}

const signatures: readonly (readonly [AlgorithmName, string])[] = [
  ['ecdsa-sha256', 'accepted'],
  ['ecdsa-sha512', 'accepted'],
  ['rsa-sha256', 'accepted'],
  ['rsa-pss-sha256', 'accepted'],
  ['ed25519', 'accepted'],
  ['rsa-md2', 'signature-unusable'],
  ['rsa-md5', 'signature-unusable'],
  ['rsa-sha1', 'signature-unusable'],
  ['ecdsa-sha1', 'signature-unusable'],
  // Its hash is SHA-1 where none is said.
  ['rsa-pss', 'signature-unusable'],
  ['dsa', 'signature-unusable'],
  ['unknown', 'signature-unusable'],
]

for (const [algorithm, verdict] of signatures)
  test(`a certificate that is signed by ${algorithm}: ${verdict}`, async () => {
    assert.equal(await verdictOn({ algorithm }), verdict)
  })

const useless: readonly OddKeyName[] = [
  'rsa1024',
  'rsa of 16 bits',
  'rsa with exponent 0',
  'rsa with exponent 1',
  'rsa with exponent 2',
  'rsa with an even exponent',
  'rsa with an exponent of 33 bits',
  'rsa with an exponent of 300 bytes',
  'rsa with an even modulus',
  'rsa with a modulus of 0',
  'rsaPss',
  'secp256k1',
  'brainpool',
  'p224',
  'ed448',
  'x25519',
  'a point on no curve',
  'an unknown curve',
  'an unknown type',
  'an Ed25519 key of 31 bytes',
  'an Ed25519 key of zeros',
]

for (const key of useless)
  test(`a certificate for ${key} is refused for its key`, async () => {
    assert.equal(await verdictOn({ key }), 'key-type-unsupported')
  })

const useful: readonly OddKeyName[] = ['p256', 'p384', 'p521', 'rsa2048', 'rsa3072', 'ed25519']

for (const key of useful)
  test(`a certificate for ${key} is accepted`, async () => {
    assert.equal(await verdictOn({ key }), 'accepted')
  })

const wordy: Readonly<Record<string, Partial<OddShape>>> = {
  'a critical extension whose name has seven kilobytes': {
    extensions: [
      sequence(
        tlv(0x06, Buffer.concat([Buffer.from([0x2a]), Buffer.alloc(7_000, 0x01)])),
        tlv(0x01, Buffer.from([0xff])),
        tlv(0x04, Buffer.alloc(0)),
      ),
    ],
  },
  'a name that moves the cursor': { subject: sequence(attribute('2.5.4.3', '\x1b[2J\x9b\u0085\u202e\n')) },
  'a name of seven kilobytes': { subject: sequence(attribute('2.5.4.3', '\u202e'.repeat(2_300))) },
  'a URI of seven kilobytes': {
    extensions: [extension('2.5.29.17', sequence(tlv(0x86, Buffer.alloc(7_000, 0x7f))))],
  },
  'an unknown critical extension': { extensions: [extension('1.2.3', oid('1.2'), true)] },
}

for (const [name, shape] of Object.entries(wordy))
  test(`${name} is told in one line, or not at all`, async () => {
    await verdictOn(shape)
  })
