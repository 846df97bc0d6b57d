// Authorities that an operator gives, against the time: one that is trusted already is not taken out for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examineAuthority } from '../../../src/tls/examine-authority.ts'
import { kinds } from '../../fixtures/certificates.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'

const day = 86_400_000

test('an authority that has ended is taken from nobody, and stays where it is trusted already', async () => {
  const { certificate } = await issueCertificate({ commonNames: ['corporate CA'], ...kinds.ca, until: 5 })
  const [now, later] = [Date.now(), Date.now() + 6 * day]
  const found = examineAuthority(certificate, now, new Set())
  assert.ok(found.kind === 'authority' && !found.ended)
  assert.deepEqual(examineAuthority(certificate, later, new Set()), {
    kind: 'refused',
    why: 'a CA has expired',
  })
  assert.deepEqual(examineAuthority(certificate, later, new Set([found.pem])), { ...found, ended: true })
})
