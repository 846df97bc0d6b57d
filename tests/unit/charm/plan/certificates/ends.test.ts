// What ends is listed, told before it hurts, and renewed whatever the clock does.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { endConditions, endsOf } from '../../../../../src/charm/plan/certificates/ends.ts'
import { accepted, ledgerOf, relationKey, settled } from '../../observation.ts'

const day = 24 * 60 * 60 * 1000

function after(days: number, option = 365): Observed {
  const observed = settled()
  const inForce = { ...observed.config.inForce, 'certificate-days': option }
  return { ...observed, now: observed.now + days * day, config: { ...observed.config, inForce } }
}

const signs = (observed: Observed): readonly string[] =>
  decide(observed).writes.flatMap((write) => (write.kind === 'certificates/sign' ? [write.why] : []))

describe('what ends', () => {
  it('is listed whole', () => {
    const observed = settled()
    assert.ok(observed.peers)
    const ledger = ledgerOf([[relationKey(4), accepted('web')]])
    const kinds = endsOf({ ...observed, peers: { ...observed.peers, ledger } }).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['certificate', 'certificate', 'certificate', 'authority', 'client'])
  })

  it('holds the revocation list, which is written anew a year before and warns nobody', () => {
    const ending = (days: number): Observed => {
      const observed = settled()
      const revocationEnds = observed.now + days * day
      return { ...observed, machine: { ...observed.machine, revocationEnds } }
    }
    const writes = (days: number) =>
      decide(ending(days)).steps.flatMap((step) => (step.kind === 'revocation/write' ? [step.why] : []))
    assert.ok(endsOf(ending(366)).some(({ whose }) => whose === 'the revocation list'))
    assert.deepEqual(writes(366), [])
    for (const days of [364, -1]) {
      assert.deepEqual(writes(days), ['the revocation list ends'])
      assert.deepEqual(endConditions(ending(days)), [])
    }
  })

  it('is told well before, and as blocked once it is over', () => {
    // 300 days are left of each, and a third of a year is when they should have been renewed.
    const told = (days: number) => endConditions(after(days)).map(({ status }) => status)
    assert.deepEqual(told(0), [])
    assert.deepEqual(told(190), [])
    assert.deepEqual(told(215), ['active', 'active', 'active'])
    assert.deepEqual(told(301), ['blocked', 'blocked', 'blocked'])
    assert.match(
      endConditions(after(215))[0]?.message ?? '',
      /^the peer certificate ends at \d{4}-.* UTC; see why it is not renewed/,
    )
  })
})

describe('a certificate of the charm’s own', () => {
  it('is renewed when a third of its life is left, also by a clock that has jumped past its end', () => {
    assert.deepEqual(
      [0, 170].map((days) => signs(after(days))),
      [[], []],
    )
    for (const days of [190, 301, 2000]) assert.equal(signs(after(days)).length, 1)
  })

  it('is made anew where the clock went back before its beginning, or the operator wants shorter lives', () => {
    assert.match(signs(after(-70))[0] ?? '', /valid for too long/)
    assert.match(signs(after(0, 90))[0] ?? '', /valid for too long/)
    assert.deepEqual(signs(after(0, 400)), [])
  })
})
