import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberSeen } from '../../../../../src/charm/observed.ts'
import { done, half, hold, old, type Row, three } from './standing.ts'

describe('who goes', () => {
  it('is the highest number first, and nobody else', () => {
    const units = three('3.5.30')
    assert.equal(hold({ units, self: 2, to: '3.5.31' }), undefined)
    assert.deepEqual(hold({ units, self: 1, to: '3.5.31' }), { kind: 'turn', after: 'etcd/2' })
    assert.deepEqual(hold({ units, self: 0, to: '3.5.31' }), { kind: 'turn', after: 'etcd/2' })
  })

  it('is counted by number, not by letter', () => {
    const units = Array.from({ length: 11 }, () => ({ version: '3.5.30', told: old }))
    assert.deepEqual(hold({ units, self: 9, to: '3.5.31' }), { kind: 'turn', after: 'etcd/10' })
  })

  it('is nobody while a unit still goes by other code, whatever it says', () => {
    for (const told of [{}, { ...old, wants: 'other' }]) {
      const units = [{ version: '3.5.30', told }, ...three('3.5.30').slice(1)]
      assert.deepEqual(hold({ units, self: 2, to: '3.5.31' }), {
        kind: 'unknown',
        what: 'whether etcd/0 has this revision of the charm; see its status',
      })
      // Its machine is off: then that is what an operator can mend, or answer for.
      const members = (nth: number): Partial<MemberSeen> => (nth === 0 ? { responds: false } : {})
      assert.deepEqual(hold({ units, self: 2, to: '3.5.31', members }), { kind: 'away', member: 'etcd-0' })
    }
  })

  it('waits while a refreshed unit does not serve, or has not served since, or a member does not answer', () => {
    const options = { 'pause-after-unit-refresh': 'none' }
    const units = half('3.5.30', '3.5.31')
    assert.equal(hold({ units, self: 1, to: '3.5.31', options }), undefined)
    const { proven: _not, ...unproven } = done
    const sick = [...units.slice(0, 2), { version: '3.5.31', told: unproven }]
    assert.deepEqual(hold({ units: sick, self: 1, to: '3.5.31', options }), {
      kind: 'unwell',
      unit: 'etcd/2',
    })
    const members = (nth: number): Partial<MemberSeen> => (nth === 0 ? { responds: false } : {})
    assert.deepEqual(hold({ units, self: 1, to: '3.5.31', options, members }), {
      kind: 'away',
      member: 'etcd-0',
    })
  })
})

it('what an operator has answered for on the first unit is answered for on all of them', () => {
  const options = { 'pause-after-unit-refresh': 'none' }
  const order = { release: 'new', compatibility: false }
  const units = half('3.5.30', '3.5.29')
  const forced = units.map((row, nth) => (nth === 2 ? { ...row, told: { ...done, order } } : row))
  assert.equal(hold({ units, self: 1, to: '3.5.29', options })?.kind, 'refused')
  assert.equal(hold({ units: forced, self: 1, to: '3.5.29', options }), undefined)
})

describe('where it pauses', () => {
  const units = half('3.5.30', '3.5.31')
  const resumed = (nth: number): readonly Row[] =>
    units.map((row, at) => (at === nth ? { ...row, told: { ...row.told, order: { release: 'new' } } } : row))

  it('is after the first unit, until one was resumed, and then nowhere', () => {
    assert.deepEqual(hold({ units, self: 1, to: '3.5.31' }), { kind: 'pause', last: false })
    assert.equal(hold({ units: resumed(1), self: 1, to: '3.5.31' }), undefined)
    const later = resumed(1).map((row, nth) =>
      nth === 1 ? { ...row, told: { ...done, order: { release: 'new' } } } : row,
    )
    assert.equal(hold({ units: later, self: 0, to: '3.5.31' }), undefined)
  })

  it('is after each with `all`, and with a word that is none of the three', () => {
    for (const word of ['all', 'sometimes']) {
      const options = { 'pause-after-unit-refresh': word }
      const later = resumed(1).map((row, nth) =>
        nth === 1 ? { ...row, told: { ...done, order: { release: 'new' } } } : row,
      )
      assert.deepEqual(hold({ units: later, self: 0, to: '3.5.31', options }), { kind: 'pause', last: false })
    }
  })

  it('forgets what was ordered for another release', () => {
    const stale = units.map((row) => ({ ...row, told: { ...row.told, order: { release: 'another' } } }))
    assert.deepEqual(hold({ units: stale, self: 1, to: '3.5.31' }), { kind: 'pause', last: false })
  })

  it('is before the last unit of a minor upgrade, whatever the option says', () => {
    const last = [{ version: '3.5.30', told: old }, ...[1, 2].map(() => ({ version: '3.6.16', told: done }))]
    const options = { 'pause-after-unit-refresh': 'none' }
    assert.deepEqual(hold({ units: last, self: 0, to: '3.6.16', options }), { kind: 'pause', last: true })
    const alone = [{ version: '3.5.30', told: old }]
    assert.deepEqual(hold({ units: alone, self: 0, to: '3.6.16', options }), { kind: 'pause', last: true })
  })

  it('takes a unit that joined with what is wanted for no first one: checks are looked at, and one goes before it waits', () => {
    const { before: _none, ...joined } = done
    const units = [...three('3.5.30'), { version: '3.5.31', told: joined }]
    assert.equal(hold({ units, self: 2, to: '3.5.31' }), undefined)
    const members = (nth: number): Partial<MemberSeen> => (nth === 0 ? { learner: true } : {})
    assert.deepEqual(hold({ units, self: 2, to: '3.5.31', members }), {
      kind: 'check',
      what: 'a learner has not caught up yet',
    })
    const later = [...half('3.5.30', '3.5.31'), { version: '3.5.31', told: joined }]
    assert.deepEqual(hold({ units: later, self: 1, to: '3.5.31' }), { kind: 'pause', last: false })
  })

  it('is after the first unit where that was forced, too: nobody has looked at it yet', () => {
    const forced = units.map((row, nth) =>
      nth === 2 ? { ...row, told: { ...done, order: { release: 'new', compatibility: false } } } : row,
    )
    assert.deepEqual(hold({ units: forced, self: 1, to: '3.5.31' }), { kind: 'pause', last: false })
  })

  it('is after the first unit that was ordered to go before anybody could look at it, until the next one is ordered', () => {
    for (const order of [{ release: 'new' }, { release: 'new', health: false }] as const) {
      const early = units.map((row, nth) => (nth === 2 ? { ...row, told: { ...done, order } } : row))
      assert.deepEqual(hold({ units: early, self: 1, to: '3.5.31' }), { kind: 'pause', last: false })
      const second = { version: '3.5.31', told: { ...done, order: { release: 'new' } } }
      const later = early.map((row, nth) => (nth === 1 ? second : row))
      assert.equal(hold({ units: later, self: 0, to: '3.5.31' }), undefined)
    }
  })

  it('is nowhere on the way back', () => {
    const back = [
      { version: '3.5.30', told: { wants: 'new', runs: 'new', proven: 'new' } },
      { version: '3.5.31', told: { wants: 'new', runs: 'old', proven: 'old', before: 'new' } },
    ]
    assert.equal(hold({ units: back, self: 1, to: '3.5.30' }), undefined)
  })
})
