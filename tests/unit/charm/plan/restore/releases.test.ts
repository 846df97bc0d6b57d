import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeHold, refreshConditions } from '../../../../../src/charm/plan/refresh/conditions.ts'
import { describeReleases } from '../../../../../src/charm/plan/restore/releases.ts'
import type { Observed, WorkInEtcd } from '../../../../../src/charm/observed.ts'
import { holdOf } from '../../../../../src/charm/plan/refresh/hold.ts'
import { clusterOf, half, three } from '../refresh/standing.ts'

test('a restore is refused while units run two releases, naming who runs which', () => {
  const mixed = clusterOf({ units: half('3.5.30', '3.6.16'), self: 0, to: '3.6.16' })
  assert.equal(describeReleases(mixed, []), 'etcd/0, etcd/1 run etcd 3.5.30; etcd/2 runs etcd 3.6.16')
  assert.equal(describeReleases(mixed, ['etcd/2']), undefined)
  const all = clusterOf({ units: three('3.5.30'), self: 0, to: '3.6.16' })
  assert.equal(describeReleases(all, []), undefined, 'one that is outdated as all are')
})

const options = { 'pause-after-unit-refresh': 'none' }

function refreshing(work: WorkInEtcd | undefined): Observed {
  const observed = clusterOf({ units: three('3.5.30'), self: 2, to: '3.5.31', options })
  const { etcd } = observed
  assert.equal(etcd.kind, 'up')
  return { ...observed, etcd: etcd.kind === 'up' ? { ...etcd, work } : etcd }
}

function heldBy(observed: Observed): string | undefined {
  const { prepared } = observed.machine
  assert.ok(prepared)
  const hold = holdOf(observed, prepared)
  return hold && describeHold(hold)
}

test('nobody is switched to another release while a backup is taken or a restore is prepared, whatever was ordered', () => {
  assert.equal(heldBy(refreshing(undefined)), undefined)
  const told = 'etcd/0 takes a backup, and that is waited for'
  const order = { release: 'new', health: false, checks: false, compatibility: false } as const
  for (const refreshOrder of [undefined, order]) {
    assert.equal(heldBy({ ...refreshing({ kind: 'backup', by: 'etcd/0' }), refreshOrder }), told)
    const restoring = heldBy({ ...refreshing({ kind: 'restore', by: 'etcd/0' }), refreshOrder })
    assert.match(restoring ?? '', /etcd\/0 is about to restore a snapshot/)
  }
})

test('nor while the cluster is founded on a snapshot; and juju status tells who waits for what', () => {
  const observed = refreshing(undefined)
  assert.ok(observed.peers)
  const before = { token: 'old', generation: 1 }
  const restore = { snapshot: 'monday.db', unit: 'etcd/0', before }
  const founding = { token: 'new', generation: 2, restore }
  const application = { ...observed.peers.application, founding }
  const restoring = { ...observed, peers: { ...observed.peers, application } }
  assert.match(heldBy(restoring) ?? '', /^etcd\/0 restores monday\.db/)
  const [told] = refreshConditions(refreshing({ kind: 'backup', by: 'etcd/0' }))
  assert.equal(told?.status, 'maintenance')
  assert.equal(told?.message, 'etcd 3.5.31 is taken later: etcd/0 takes a backup, and that is waited for')
})
