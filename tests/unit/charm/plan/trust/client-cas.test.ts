// Authorities of client-cas are trusted by the operator's word alone: who they sign for may call itself root.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  admitAuthorities,
  clientCasConditions,
  permit,
} from '../../../../../src/charm/plan/trust/client-cas.ts'
import { settled } from '../../observation.ts'

const found = { application: 'cas', certificates: ['one', 'two'], refused: [] }

describe('an authority of client-cas', () => {
  it('is refused without the option, and trusted with it', () => {
    const refused = permit(found, undefined, false)
    assert.deepEqual(refused.certificates, [])
    assert.deepEqual(permit(found, undefined, true).certificates, ['one', 'two'])
    assert.deepEqual(permit(found, refused, true).certificates, ['one', 'two'])
  })

  it('is trusted no more when the option is taken back', () => {
    const trusted = admitAuthorities({ 7: permit(found, undefined, true) }, {}, 0)[7]
    assert.equal(trusted?.allowed, true)
    const after = permit(found, trusted, false)
    assert.deepEqual(after.certificates, [])
    assert.deepEqual(permit(found, after, false).certificates, [])
  })

  it('that an earlier version took stays in, and no other comes', () => {
    const before = { application: 'cas', certificates: ['one'], refused: [] }
    const after = permit(found, before, false)
    assert.deepEqual(after.certificates, ['one'])
    assert.deepEqual(permit(found, after, false).certificates, ['one'])
  })

  it('is told with what the operator can do, trusted or not', () => {
    const told = (allowed: boolean) => {
      const clientCas = { 7: permit(found, undefined, allowed) }
      return clientCasConditions({ ...settled(), clientCas }).map(
        ({ status, message }) => `${status}: ${message}`,
      )
    }
    assert.match(
      told(false)[0] ?? '',
      /^blocked: relation 7 \(cas\): whoever its CAs sign for could be root; set allow-client-cas=true/,
    )
    assert.match(
      told(true)[0] ?? '',
      /^active: relation 7 \(cas\): whoever its CAs sign for is let in by the common name, root among them/,
    )
  })
})
