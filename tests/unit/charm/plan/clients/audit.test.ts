// When a sweep reads every user and role, and when it trusts etcd's own word that none of them has changed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Audited, Observed } from '../../../../../src/charm/observed.ts'
import { namesToRead } from '../../../../../src/charm/plan/clients/audit.ts'
import { accepted, access, now, relationKey, settled } from '../../observation.ts'
import { kinds, running, withLedger } from '../../observed-changes.ts'

const served = (name: string) => accepted(name, { served: true, answeredAs: name })
const known = { alice: access('alice'), bob: access('bob') }
const day = 86_400_000

/** A sweep over two clients, at a revision of etcd's access control, with what was noted by an earlier one. */
function sweep(audited?: Audited, more: Partial<Observed> = {}): Observed {
  const clients = [
    [relationKey(5), served('alice')],
    [relationKey(6), served('bob')],
  ] as const
  const observed = running(withLedger({ ...settled(), sweep: true }, clients), known)
  assert.ok(observed.etcd.kind === 'up')
  const machine = { ...observed.machine, audited }
  return { ...observed, machine, etcd: { ...observed.etcd, accessRevision: '7' }, ...more }
}

function noteOf(observed: Observed): Audited {
  const step = decide(observed).steps.find(({ kind }) => kind === 'access/record')
  assert.ok(step?.kind === 'access/record')
  return step.audited
}

test('a sweep that found all as it should be notes at which revision, and the next one reads nothing', () => {
  assert.deepEqual(namesToRead(sweep()), ['alice', 'bob'])
  const next = sweep(noteOf(sweep()))
  assert.deepEqual(namesToRead(next), [])
  assert.deepEqual(kinds(decide(next).steps), [])
})

function foundedAnew(observed: Observed): Observed {
  assert.ok(observed.peers)
  const founding = { founder: 'etcd/0', token: 'next', generation: 2, born: true }
  return {
    ...observed,
    peers: { ...observed.peers, application: { ...observed.peers.application, founding } },
  }
}

test('it reads everything again when anything changed, in etcd, in the ledger, or on the calendar', () => {
  const note = noteOf(sweep())
  const other = withLedger(sweep(note), [
    [relationKey(5), accepted('alice', { served: true, answeredAs: 'alice', prefix: '/other/' })],
  ])
  const rows: readonly (readonly [why: string, observed: Observed, names: readonly string[]])[] = [
    ["etcd's revision is another", sweep({ ...note, revision: '6' }), ['alice', 'bob']],
    ['the ledger says something else', other, ['alice']],
    ['it was a day ago', sweep({ ...note, at: now - day }), ['alice', 'bob']],
    ['the cluster was founded anew', foundedAnew(sweep(note)), ['alice', 'bob']],
    ['the clock went back', sweep({ ...note, at: now + 2 * day }), ['alice', 'bob']],
  ]
  for (const [why, observed, names] of rows) assert.deepEqual(namesToRead(observed), names, why)
})

test('nothing is noted while something is to be put right, or was not read', () => {
  const observed = sweep()
  assert.ok(observed.etcd.kind === 'up')
  const wrong = new Map([...Object.entries(known), ['bob', access('bob', '/too-much/')] as const])
  const rows: readonly (readonly [why: string, observed: Observed])[] = [
    ['a prefix is wrong', { ...observed, etcd: { ...observed.etcd, access: wrong } }],
    [
      'one was not read',
      { ...observed, etcd: { ...observed.etcd, access: new Map([['bob', access('bob')]]) } },
    ],
    ['nobody could be read', { ...observed, etcd: { ...observed.etcd, access: undefined } }],
    ['a hook about one client', { ...observed, sweep: false }],
    ['another unit leads', { ...observed, leader: false }],
  ]
  for (const [why, one] of rows) assert.ok(!kinds(decide(one).steps).includes('access/record'), why)
})
