import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { MachineSeen, Observed } from '../../../../../src/charm/observed.ts'
import { nothingOnDisk } from '../../../../../src/charm/plan/backup/backup-seen.ts'
import { dataOf } from '../../../../../src/charm/plan/cluster/data.ts'
import { planDiscard, planRestore, planSettling } from '../../../../../src/charm/plan/restore/restore.ts'
import { restoreConditions } from '../../../../../src/charm/plan/restore/conditions.ts'
import { joinedToTell, leaveNobodyOut } from '../../../../../src/charm/plan/restore/founding.ts'
import { founderOf, stillToStop } from '../../../../../src/charm/plan/restore/under-way.ts'
import { bumpFor, keptUsers } from '../../../../../src/charm/plan/restore/wish.ts'
import type { Founding, PeerUnit } from '../../../../../src/interfaces/etcd-peers.ts'
import { accepted, ledgerOf } from '../../observation.ts'
import { before, founding, old, restore, runs, seen, stands } from './restoring.ts'

const kinds = (observed: Observed): readonly string[] => planRestore(observed).map(({ kind }) => kind)

test('nothing comes into force before all others have told, for this founding, that they stand still', () => {
  assert.deepEqual(kinds(seen({ others: { 'etcd/1': runs, 'etcd/2': stands() } })), [])
  assert.deepEqual(kinds(seen({ others: { 'etcd/1': stands('old'), 'etcd/2': stands() } })), [])
  assert.deepEqual(stillToStop(seen({ others: { 'etcd/1': {}, 'etcd/2': { data: false } } })), ['etcd/1'])
  const told = { 'etcd/1': stands(), 'etcd/2': { data: false } }
  assert.deepEqual(kinds(seen({ others: told })), ['restore/put-in-force'])
})

test('whom the operator leaves out is not waited for', () => {
  const without = { ...founding, restore: { ...restore, without: ['etcd/1'] } }
  assert.deepEqual(kinds(seen({ founding: without, others: { 'etcd/1': runs } })), ['restore/put-in-force'])
})

test('only on the unit that has it, and only what was made for this founding', () => {
  const others = { 'etcd/1': stands() }
  assert.deepEqual(kinds(seen({ unit: 'etcd/1', others })), [])
  assert.equal(founderOf(seen({ unit: 'etcd/1', others })), undefined)
  const ready = { token: 'another', snapshot: 'monday.db' }
  assert.deepEqual(kinds(seen({ others, machine: { ready } })), [])
})

test('etcd is never started on the old data, nor on none, while a restore is to come into force', () => {
  for (const machine of [{}, { data: false, claim: undefined, ready: undefined }]) {
    const { steps } = decide(seen({ others: { 'etcd/1': runs }, machine }))
    assert.deepEqual(
      steps.filter(({ kind }) => kind === 'service/start' || kind === 'data/resume'),
      [],
    )
  }
})

test('once it is in force, it is this founding’s, whatever the others tell then', () => {
  const claim = { token: 'new', generation: 2, unit: 'etcd/0' }
  const observed = seen({ others: { 'etcd/1': runs }, machine: { claim, ready: undefined } })
  assert.deepEqual([founderOf(observed), dataOf(observed), kinds(observed)], ['etcd/0', 'ours', []])
})

test('what was before comes back where the restore is undone, and nowhere else', () => {
  const undone: Founding = { ...before, born: true }
  const claim = { token: 'new', generation: 2, unit: 'etcd/0' }
  const replaced = [{ folder: '/data/set-aside-1', claim: old }]
  const observed = seen({ founding: undone, machine: { claim, replaced } })
  assert.deepEqual(kinds(observed), ['restore/take-back'])
  // Half way: set aside already, and nothing in its place yet.
  const half = seen({ founding: undone, machine: { data: false, claim: undefined, replaced } })
  assert.deepEqual(kinds(half), ['restore/take-back'])
  const later: Founding = { token: 'later', generation: 3, founder: 'etcd/1', born: true }
  assert.deepEqual(kinds(seen({ founding: later, machine: { claim, replaced } })), [])
  assert.deepEqual(kinds(seen({ founding: undone, machine: { claim: old, replaced } })), [])
})

test('what was before is only the operator’s from the hook on that knows the restored cluster to serve', () => {
  const claim = { token: 'new', generation: 2, unit: 'etcd/0' }
  const replaced = [{ folder: '/data/set-aside-1', claim: old }]
  const machine = { claim, replaced, service: 'active' } as const
  const settles = (as: Founding): readonly string[] =>
    planSettling(seen({ founding: as, machine })).map(({ kind }) => kind)
  assert.deepEqual(settles({ ...founding, founder: 'etcd/0' }), [])
  assert.deepEqual(settles({ ...before, born: true }), [])
  assert.deepEqual(settles({ ...founding, founder: 'etcd/0', born: true }), ['restore/settle'])
  const none = seen({ founding: { ...founding, born: true }, machine: { ...machine, replaced: [] } })
  assert.deepEqual(planSettling(none), [])
})

test('copies of a database that a killed action left are removed, unless somebody is at work on one', () => {
  const serves: Founding = { token: 'old', generation: 1, founder: 'etcd/0', born: true }
  const discards = (machine: Partial<MachineSeen>, as = serves) =>
    planDiscard(seen({ founding: as, machine: { ready: undefined, ...machine } }))
  const [step, ...others] = discards({ hasCopies: true })
  assert.equal(step?.kind === 'restore/discard' && step.what, 'copies')
  assert.deepEqual(others, [])
  assert.deepEqual(discards({ hasCopies: false }), [])
  assert.deepEqual(discards({ hasCopies: true, backup: { ...nothingOnDisk, running: true } }), [])
  assert.deepEqual(discards({ hasCopies: true }, founding), [], 'a restore is under way')
})

test('whoever was left out says when it has joined, so that the leader counts it in at once, and says it no more then', () => {
  const without = { ...founding, born: true, founder: 'etcd/0', restore: { ...restore, without: ['etcd/1'] } }
  const claim = { token: 'new', generation: 2, unit: 'etcd/1' }
  const left = (machine: Partial<MachineSeen>, as: Founding = without): Observed =>
    seen({ unit: 'etcd/1', founding: as, others: { 'etcd/1': runs }, machine })
  assert.equal(joinedToTell(left({})), undefined, 'its data is of the old cluster')
  assert.equal(joinedToTell(left({ claim })), 'new')
  const { without: _, ...nobody } = without.restore
  assert.equal(joinedToTell(left({ claim }, { ...without, restore: nobody })), undefined)

  const led = (databag: PeerUnit) =>
    leaveNobodyOut(seen({ founding: without, others: { 'etcd/1': databag } }), without)
  assert.deepEqual(led(runs), [])
  assert.deepEqual(led({ ...runs, joined: 'an earlier one' }), [])
  const [write] = led({ ...runs, joined: 'new' })
  assert.equal(write?.kind === 'founding/write' && write.founding.restore?.without, undefined)
  assert.equal(write?.kind, 'founding/write')
})

test('revisions begin beyond all that anybody can have seen', () => {
  assert.equal(bumpFor(2, 7n, 0n), 1_000_000_000n)
  assert.equal(bumpFor(2, 7n, 1007n), 1_000_001_000n)
  // A snapshot from before an earlier restore, of a cluster that is beyond that one.
  const now = 1_000_000_500n
  assert.ok(7n + bumpFor(3, 7n, now) > now)
  assert.ok(7n + bumpFor(3, 7n, 0n) > now)
})

test('kept are users of the snapshot, never an administrator or a client’s name', () => {
  const ledger = ledgerOf([[{ relation: 1, request: '' }, accepted('web')]])
  const users = [
    { name: 'alice', password: true, roles: ['reader'] },
    { name: 'boss', password: false, roles: ['root'] },
    { name: 'guest', password: false, roles: ['web'] },
    { name: 'root', password: true, roles: ['root'] },
    { name: 'web', password: true, roles: [] },
  ]
  assert.deepEqual(keptUsers(['alice'], users, ledger), { kind: 'kept', users: ['alice'], roles: ['reader'] })
  for (const name of ['boss', 'guest', 'root', 'web', 'nobody'])
    assert.equal(keptUsers(['alice', name], users, ledger).kind, 'refused', name)
})

test('the status names the command that works, by who leads and who still runs', () => {
  const told = (leader: boolean, others: Readonly<Record<string, PeerUnit>>, ready?: MachineSeen['ready']) =>
    restoreConditions({ ...seen({ others, machine: { ready } }), leader })[0]?.message
  const gone = 'what was to be restored from monday.db is gone from this unit; '
  const undo = 'run restore undo=true confirm=true on the leader'
  assert.equal(told(true, { 'etcd/1': stands() }), `${gone}${undo}`)
  assert.equal(told(false, { 'etcd/1': runs }), `${gone}${undo}`)
  assert.equal(
    told(false, { 'etcd/1': stands() }),
    `${gone}remove etcd/0, and the others go on with what they had; or run restore undo=true confirm=true on it once it leads`,
  )
  assert.equal(
    told(false, { 'etcd/1': runs }, { token: 'new', snapshot: 'monday.db' }),
    'restoring monday.db: waiting for etcd/1 to stand still; bring it back, or run restore without=etcd/1 force=true confirm=true on the leader',
  )
})
