// What a restore does not wait for, and how it ends where it can't go on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNotUndo } from '../../../../../src/charm/actions/restore/intervene.ts'
import { whyNotWithout } from '../../../../../src/charm/actions/restore/refusals.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { planFounding } from '../../../../../src/charm/plan/cluster/founding.ts'
import { conditionsOf } from '../../../../../src/charm/plan/conditions.ts'
import { restoreConditions } from '../../../../../src/charm/plan/restore/conditions.ts'
import { planRestore } from '../../../../../src/charm/plan/restore/restore.ts'
import { stillToStop } from '../../../../../src/charm/plan/restore/under-way.ts'
import { nextRestore } from '../../../../../src/charm/plan/restore/wish.ts'
import type { Founding } from '../../../../../src/interfaces/etcd-peers.ts'
import { founding, old, seen, stands } from './restoring.ts'

const kinds = (observed: Observed): readonly string[] => planRestore(observed).map(({ kind }) => kind)

test('a unit that Juju only plans is not waited for; one that was signed for is, and may be left out by name', () => {
  const planned = ['etcd/0', 'etcd/1', 'etcd/3']
  const observed: Observed = {
    ...seen({ others: { 'etcd/1': stands() } }),
    expectedUnits: new Set(planned),
    presentUnits: new Set(planned),
  }
  assert.deepEqual([stillToStop(observed), kinds(observed)], [[], ['restore/put-in-force']])
  assert.ok(observed.peers)
  // A leader that was added just now has not met it yet, and it may run.
  const { application } = observed.peers
  const pems = application.certificates.get('etcd/0')
  assert.ok(pems)
  const certificates = new Map([...application.certificates, ['etcd/3', pems] as const])
  const unmet = { ...observed, peers: { ...observed.peers, application: { ...application, certificates } } }
  assert.deepEqual(stillToStop(unmet), ['etcd/3'])
  const without = ['etcd/3']
  assert.equal(whyNotWithout(unmet, { without, force: true, unit: 'etcd/0' }), undefined)
  assert.match(
    whyNotWithout(unmet, { without: ['etcd/4'], force: true, unit: 'etcd/0' }) ?? '',
    /no other unit/,
  )
})

test('where the machine of the unit that restores is gone, the others say how they go on with what they had', () => {
  const way =
    'if its machine is gone: juju remove-unit --force etcd/0, and the others go on with what they had'
  const other = (as: Founding): Observed =>
    seen({ unit: 'etcd/1', founding: as, others: { 'etcd/1': stands() }, machine: { ready: undefined } })
  const told = (observed: Observed): readonly string[] =>
    restoreConditions(observed).map(({ message }) => message)
  assert.deepEqual(told(other(founding)), [`restoring monday.db: waiting for etcd/0 to begin; ${way}`])
  const named = { ...founding, founder: 'etcd/0' }
  assert.deepEqual(told(other(named)), [
    `restoring monday.db: waiting for etcd to serve it on etcd/0; ${way}`,
  ])
  assert.match(whyNotUndo(other(named)) ?? '', /or its machine is gone: juju remove-unit --force etcd\/0, /)

  // It is removed, and one that has not told keeps the others waiting.
  for (const as of [founding, named]) {
    const observed = other(as)
    assert.ok(observed.peers)
    const { application } = observed.peers
    const { 'etcd/0': _, ...units } = Object.fromEntries(observed.peers.units)
    const peers = { ...observed.peers, units: new Map(Object.entries(units)) }
    const machine = { ...observed.machine, position: 'unreadable' as const }
    const left: Observed = { ...observed, peers, machine, expectedUnits: new Set(['etcd/1', 'etcd/3']) }
    assert.deepEqual(told(left), [])
    const pems = application.certificates.get('etcd/0')
    assert.ok(pems)
    const certificates = new Map([['etcd/1', pems] as const])
    const signed = { ...left, peers: { ...peers, application: { ...application, certificates } } }
    assert.equal(
      conditionsOf(signed, peers.ledger)[0]?.message,
      'waiting for etcd/3 to tell what data it has; bring it back, or remove its unit with --force',
    )
    const gone = { ...left, expectedUnits: new Set(['etcd/1']) }
    const [write] = planFounding(gone, peers)
    assert.deepEqual(write?.kind === 'founding/write' && [write.founding.founder, write.founding.restore], [
      'etcd/1',
      undefined,
    ])
  }
})

test('what was to found a cluster and could not comes back where its restore is undone, or was never begun', () => {
  const unborn: Founding = { token: 'again', generation: 2, founder: 'etcd/0' }
  const begun = nextRestore(seen({ founding: unborn }), { snapshot: 'monday.db', without: [] })
  assert.deepEqual(begun?.restore?.before, { ...unborn, born: false })
  const claim = { token: 'restored', generation: 3, unit: 'etcd/0' }
  const replaced = [{ folder: '/data/set-aside-1', claim: old, by: 'restored' }]
  const made = { token: 'restored', snapshot: 'monday.db' }
  const inForce = { claim, replaced, ready: undefined }
  const half = { data: false, claim: undefined, replaced, ready: made }
  for (const machine of [inForce, half])
    assert.deepEqual(kinds(seen({ founding: unborn, machine })), ['restore/take-back'])
  // Data that was restored and served founds the next cluster itself.
  for (const later of [
    { ...unborn, generation: 4 },
    { ...unborn, born: true },
    { ...unborn, founder: 'etcd/1' },
  ])
    assert.deepEqual(kinds(seen({ founding: later, machine: inForce })), [])
})
