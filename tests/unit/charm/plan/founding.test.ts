import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observed, PeerSeen } from '../../../../src/charm/observed.ts'
import { planFounding } from '../../../../src/charm/plan/founding.ts'
import type { Founding } from '../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../observation.ts'

/** Seen by the leader etcd/5; `units` have data or don't. */
function founded(
  founding: Founding | undefined,
  units: Readonly<Record<string, boolean>>,
  expected: readonly string[] = Object.keys(units),
): readonly unknown[] {
  const observed: Observed = { ...settled(), unit: 'etcd/5', expectedUnits: new Set(expected) }
  assert.ok(observed.peers)
  const peer = (data: boolean): PeerSeen => ({ databag: { data }, requested: new Map(), issued: new Map() })
  const peers = {
    ...observed.peers,
    application: { certificates: new Map(), ...(founding && { founding }) },
    units: new Map(Object.entries(units).map(([unit, data]) => [unit, peer(data)])),
  }
  return planFounding({ ...observed, peers }, peers).map((write) =>
    write.kind === 'founding/write' ? write.founding.founder : write.kind,
  )
}

const born: Founding = { founder: 'etcd/0', token: 'token', born: true }

test('a cluster is founded once, by the leader', () => {
  assert.deepEqual(founded(undefined, { 'etcd/5': false }), ['etcd/5'])
  assert.deepEqual(founded({ founder: 'etcd/0', token: 'token' }, { 'etcd/0': false, 'etcd/5': false }), [])
})

test('another founds it when the founder is gone and nobody has data of the cluster', () => {
  assert.deepEqual(founded({ founder: 'etcd/0', token: 'token' }, { 'etcd/5': false }), ['etcd/5'])
  assert.deepEqual(founded(born, { 'etcd/5': false, 'etcd/6': false }), ['etcd/5'])
})

test('nobody founds a second one while a unit has data, or is out of sight', () => {
  assert.deepEqual(founded(born, { 'etcd/5': false, 'etcd/6': true }), [])
  assert.deepEqual(founded(born, { 'etcd/5': false }, ['etcd/5', 'etcd/6']), [])
  assert.deepEqual(founded(born, { 'etcd/0': true, 'etcd/5': false }), [])
})
