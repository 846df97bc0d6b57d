// What a certificate takes of every handshake, against node-forge's own reading of it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { openDer, partsOf } from '../../../src/tls/der.ts'
import { subjectSize } from '../../../src/tls/subject-size.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'

test('the size of a subject is what its DER takes, whatever the version and the lengths', async () => {
  const der = await openDer()
  for (const version of [1, 3] as const)
    for (const length of [0, 1, 60, 100, 121, 130, 250, 300, 5_000, 70_000]) {
      const shape = { commonNames: ['alice'], organization: 'o'.repeat(length), version }
      const issuer = await issueCertificate({ commonNames: ['i'.repeat(length)] })
      const { raw } = new X509Certificate((await issueCertificate({ ...shape, issuer })).certificate)
      const subject = partsOf(partsOf(der.decode(raw))[0])[version === 3 ? 5 : 4]
      assert.ok(subject)
      assert.equal(subjectSize(raw), der.encode(subject).length, `version ${version}, ${length}`)
    }
})

test('what is no certificate has no size, and nothing but a TypeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        assert.ok(subjectSize(Buffer.from(bytes)) >= 0)
      } catch (error) {
        assert.ok(error instanceof TypeError, String(error))
      }
    }),
  )
})
