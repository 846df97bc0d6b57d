// What a sweep looks at: all, but in update-status only some of those that nothing but their own hooks can move.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  comparedAtOnce,
  comparedInSweep,
  relationsToCompare,
  relationsToSweep,
  requestsAtOnce,
  settledAtOnce,
} from '../../../../../src/charm/plan/clients/relations-to-sweep.ts'
import type { LedgerEntry } from '../../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, now, relationKey } from '../../observation.ts'

const answered = (name: string) => ({ served: true, answeredAs: name })
const served = (name: string): LedgerEntry => accepted(name, answered(name))
const refused = (code: string): LedgerEntry => ({
  state: 'refused',
  application: 'web',
  protocol: 'v0',
  echo: {},
  code,
  detail: '',
})
const everyFiveMinutes = 300_000
/** Settled relations are looked at in one update-status, answers compared in the next. */
const everySecondTime = 2 * everyFiveMinutes
const evenly = Math.floor(now / everySecondTime) * everySecondTime

test('an update-status looks at as many of a thousand settled clients as of a hundred, and after a while at all of them', () => {
  for (const clients of [100, 1000]) {
    const ids = Array.from({ length: clients }, (_, at) => at)
    const ledger = ledgerOf(ids.map((id) => [relationKey(id), served(`client-${id}`)]))
    const seen = new Set<number>()
    for (let turn = 0; turn < Math.ceil(clients / settledAtOnce); turn += 1) {
      const some = relationsToSweep(ledger, ids, { byTurns: true, now: evenly + turn * everySecondTime })
      assert.equal(some.length, settledAtOnce)
      const between = { byTurns: true, now: evenly + turn * everySecondTime + everyFiveMinutes }
      assert.deepEqual(relationsToSweep(ledger, ids, between), [])
      for (const id of some) seen.add(id)
    }
    assert.equal(seen.size, clients)
    assert.deepEqual(relationsToSweep(ledger, ids, { byTurns: false, now }), ids)
  }
})

test('an update-status looks at every client that something else than its own hooks may move', () => {
  const ids = Array.from({ length: 100 }, (_, at) => at)
  const rows = ids.map((id) => [relationKey(id), served(`client-${id}`)] as const)
  const ended = { ...leaf('ended'), notAfter: now - 1 }
  const moving = [
    [relationKey(201), accepted('unserved')],
    [relationKey(202), accepted('unanswered', { served: true })],
    [relationKey(203), accepted('rotating', { ...answered('rotating'), retiring: leaf('rotating', 'old') })],
    [relationKey(204), accepted('ended', { served: true, answeredAs: 'ended', leaf: ended })],
    [relationKey(205), refused('secret-denied')],
    [relationKey(206), refused('certificate-expired')],
    [
      relationKey(207),
      accepted('early', {
        ...answered('early'),
        pending: { code: 'certificate-not-yet-valid', detail: '' },
      }),
    ],
  ] as const
  const others = [
    [relationKey(301), refused('certificate-is-ca')],
    [relationKey(302), served('unlisted')],
  ] as const
  const ledger = ledgerOf([...rows, ...moving, ...others])
  // Relation 400 has not been heard of, and 302 is not listed.
  const listed = [...ids, 201, 202, 203, 204, 205, 206, 207, 301, 400]
  const always = [201, 202, 203, 204, 205, 206, 207, 302, 400]
  for (let turn = 0; turn < 6; turn += 1) {
    const some = relationsToSweep(ledger, listed, { byTurns: true, now: evenly + turn * everyFiveMinutes })
    assert.deepEqual(
      always.filter((id) => !some.includes(id)),
      [],
    )
    assert.equal(some.length, always.length + (turn % 2 === 0 ? settledAtOnce : 0))
  }
})

test('a relation that asked for nothing and is listed no more is looked at until Juju says that it has ended', () => {
  const ledger = ledgerOf([], {
    silent: new Map([
      [7, 'web'],
      [8, 'web'],
    ]),
    crossModel: new Map([
      [9, 'live'],
      [10, 'suspended'],
    ]),
  })
  for (const byTurns of [true, false])
    assert.deepEqual(relationsToSweep(ledger, [8], { byTurns, now }), [7, 8, 9])
})

test('an update-status looks at no more requests that wait for ever than it would at few, and after a while at all of them', () => {
  const greedy = Array.from({ length: 12 }, (_, at) => at)
  const ended = { ...leaf('ended'), notAfter: now - 1 }
  const late = accepted('ended', { ...answered('ended'), leaf: ended })
  for (const entry of [
    refused('ledger-full'),
    refused('secret-denied'),
    refused('common-name-foreign'),
    late,
  ]) {
    const rows = greedy.flatMap((id) =>
      Array.from({ length: 60 }, (_, at) => [relationKey(id, `r${at}`), entry] as const),
    )
    const ledger = ledgerOf([...rows, [relationKey(100), refused('secret-denied')]])
    const seen = new Set<number>()
    for (let turn = 0; turn < 13; turn += 1) {
      const some = relationsToSweep(ledger, [...greedy, 100], {
        byTurns: true,
        now: now + turn * everyFiveMinutes,
      })
      assert.ok(some.filter((id) => id < 100).length * 60 <= requestsAtOnce)
      for (const id of some) seen.add(id)
    }
    assert.equal(seen.size, 13)
  }
})

test('an update-status looks at the relation with another model that it compares: both tell whether its key is gone', () => {
  const ids = Array.from({ length: 7 }, (_, at) => at)
  const rows = ids.map((id) => [relationKey(id), served(`client-${id}`)] as const)
  const ledger = ledgerOf([...rows, [relationKey(20), refused('certificate-is-ca')]], {
    answers: new Map(ids.map((id) => [id, 'said'])),
    crossModel: new Map([
      [1, 'live'],
      [4, 'live'],
    ]),
  })
  const met = new Set<number>()
  for (let turn = 0; turn < 2 * ids.length; turn += 1) {
    const sweep = { byTurns: true, now: evenly + turn * everyFiveMinutes }
    const looked = relationsToSweep(ledger, [...ids, 20], sweep)
    assert.ok(looked.length <= settledAtOnce + comparedAtOnce)
    for (const id of relationsToCompare(ledger, [...ids, 20], sweep)) if (looked.includes(id)) met.add(id)
  }
  assert.ok(met.has(1) && met.has(4), [...met].join())
})

test('what was given is compared by turns, and after a while for all, whatever their number', () => {
  for (const clients of [3, 20, 80, 300]) {
    const ids = Array.from({ length: clients }, (_, at) => at)
    const ledger = ledgerOf([], {
      answers: new Map([...ids, 1000].map((id) => [id, 'said'])),
      crossModel: new Map([[1, 'suspended']]),
    })
    const due = ids.filter((id) => id !== 1)
    for (const [byTurns, atOnce, every] of [
      [true, comparedAtOnce, everySecondTime],
      [false, comparedInSweep, everyFiveMinutes],
    ] as const) {
      const seen = new Set<number>()
      for (let turn = 0; turn <= due.length / atOnce; turn += 1) {
        const at = evenly + everyFiveMinutes + turn * every
        const some = relationsToCompare(ledger, ids, { byTurns, now: at })
        assert.equal(some.length, Math.min(atOnce, due.length))
        for (const id of some) seen.add(id)
      }
      assert.deepEqual(
        [...seen].toSorted((a, b) => a - b),
        due,
      )
    }
  }
})
