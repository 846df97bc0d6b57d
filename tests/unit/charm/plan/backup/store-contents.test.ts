import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  aheadOf,
  type ClusterIdentity,
  completeOf,
  describeFolder,
  sortObjects,
  sortRows,
} from '../../../../../src/charm/plan/backup/listing.ts'
import { printBackups } from '../../../../../src/charm/plan/backup/print-backups.ts'
import { idsToDelete, type Kept } from '../../../../../src/charm/plan/backup/retention.ts'
import type { BackupManifest } from '../../../../../src/interfaces/backup-manifest.ts'

const day = 24 * 60 * 60 * 1000
const now = Date.UTC(2026, 10, 26, 12)
const idOf = (age: number): string => `${new Date(now - age * day).toISOString().slice(0, 19)}Z`
const own = 'etcd-01234567'
/** What was put there just now: of none that are told apart here. */
const written = idOf(0)

function manifest(id: string, more: Partial<BackupManifest> = {}): BackupManifest {
  const facts = { application: 'etcd', model: 'm', modelUuid: 'u', etcdVersion: '3.5.30', size: 10 }
  const times = { startedAt: id, finishedAt: id }
  return {
    v: 1,
    id,
    ...facts,
    ...times,
    sha256: 'ab'.repeat(32),
    takenFrom: 'etcd/1',
    takenBy: 'etcd/0',
    ...more,
  }
}

function object(key: string, size = 10) {
  return { key, size, modified: now, etag: '' }
}

test('objects are told apart: folders of backups, what lies by itself, and what is nobody’s', () => {
  const id = idOf(1)
  const { folders, loose } = sortObjects(
    [
      object(`prod/${own}/${id}/snapshot.db`),
      object(`prod/${own}/${id}/manifest.json`, 300),
      object(`prod/other-89abcdef/${id}/snapshot.db`),
      object('prod/2025-01-01T00:00:00Z', 99),
      object(`prod/${own}/notes.txt`),
      object('prod/'),
      object('elsewhere/x'),
    ],
    '/prod/',
  )
  assert.deepEqual(
    folders.map(({ source, size, manifestKey }) => [source, size, manifestKey]),
    [
      [own, 10, `prod/${own}/${id}/manifest.json`],
      ['other-89abcdef', 10, undefined],
    ],
  )
  assert.deepEqual(
    loose.map(({ name, size }) => [name, size]),
    [['2025-01-01T00:00:00Z', 99]],
  )
})

test('a backup is what has a manifest that is of it; the rest is partial', () => {
  const folder = { source: own, id: idOf(1), size: 10, manifestKey: 'k', etag: 'e' }
  const stateOf = (found: BackupManifest | undefined) => describeFolder(folder, found).state
  assert.equal(stateOf(manifest(folder.id)), 'complete')
  assert.equal(stateOf(undefined), 'partial')
  assert.equal(stateOf(manifest(folder.id, { size: 11 })), 'partial', 'of another size')
  assert.equal(stateOf(manifest(idOf(2))), 'partial', 'of another backup')
  assert.equal(stateOf(manifest(folder.id, { raw: true })), 'raw')
  assert.equal(stateOf(manifest(folder.id, { verifiedAt: folder.id })), 'verified')
  assert.equal(stateOf(manifest(folder.id, { unusableAt: folder.id })), 'unusable')
  assert.equal(stateOf(manifest(folder.id, { raw: true, unusableAt: folder.id })), 'unusable')
})

test('the newest come first, those of others apart and below', () => {
  const rows = [3, 1, 2].map((age) =>
    describeFolder(
      { source: own, id: idOf(age), size: 10, manifestKey: 'k', etag: 'e' },
      manifest(idOf(age)),
    ),
  )
  const foreign = describeFolder(
    { source: 'other-1', id: idOf(0), size: 10, manifestKey: undefined, etag: undefined },
    undefined,
  )
  assert.deepEqual(
    sortRows([foreign, ...rows], own).map(({ id }) => id),
    [idOf(1), idOf(2), idOf(3), idOf(0)],
  )
  const printed = printBackups([...sortRows(rows, own), foreign], own).split('\n')
  assert.match(printed[0] ?? '', /^backup-id +state +size +etcd +revision +taken by$/)
  assert.match(printed[1] ?? '', new RegExp(`^${idOf(1)} +complete +0\\.0 MB +3\\.5\\.30 +- +etcd/0$`))
  assert.equal(printed[5], 'of other-1:')
  assert.equal(printBackups([], own), 'none')
})

test('of one cluster is what says so by etcd’s id, or, where no member said it, by its founding', () => {
  const rowOf = (age: number, more: Partial<BackupManifest>) =>
    describeFolder(
      { source: own, id: idOf(age), size: 10, manifestKey: 'k', etag: 'e' },
      manifest(idOf(age), more),
    )
  const rows = [
    rowOf(5, { clusterId: '1', founding: 'a' }),
    rowOf(4, { clusterId: '1' }),
    rowOf(3, { raw: true, founding: 'a' }),
    rowOf(2, { clusterId: '2', founding: 'b' }),
    rowOf(1, {}),
  ]
  const idsOf = (cluster: ClusterIdentity) => completeOf(rows, cluster, now).map(({ id }) => id)
  assert.deepEqual(idsOf({ clusterId: '1', founding: 'a' }), [idOf(3), idOf(4), idOf(5)])
  assert.deepEqual(idsOf({ founding: 'a' }), [idOf(3), idOf(5)])
  assert.deepEqual(idsOf({ clusterId: '2' }), [idOf(2)])
  assert.deepEqual(idsOf({}), [], 'nobody knows which cluster this is')
  const behind = now - 4.5 * day
  assert.deepEqual(
    completeOf(rows, { founding: 'a' }, behind).map(({ id }) => id),
    [idOf(5)],
    'one of a time to come is no newest',
  )
  assert.deepEqual(aheadOf(rows, { clusterId: '1', founding: 'a' }, behind), [idOf(3), idOf(4)])
})

test('what is kept: so many of the newest, whatever their age, and all that are younger than so many days', () => {
  const backups = [0.5, 1, 2, 3, 10, 20].map((age) => ({ id: idOf(age), worth: 'sealed' as const }))
  const gone = (keep: number, keepDays: number) =>
    idsToDelete(backups, { keep, keepDays, now, written }).toReversed()
  assert.deepEqual(gone(7, 0), [])
  assert.deepEqual(gone(2, 0), [idOf(2), idOf(3), idOf(10), idOf(20)])
  assert.deepEqual(gone(2, 5), [idOf(10), idOf(20)])
  assert.deepEqual(gone(2, 365), [])
})

test('remains of one that was never completed go after a day, and one that may be under way stays', () => {
  const backups = [
    { id: idOf(0.1), worth: 'remains' },
    { id: idOf(2), worth: 'remains' },
    { id: idOf(3), worth: 'sealed' },
  ] as const
  assert.deepEqual(idsToDelete(backups, { keep: 7, keepDays: 0, now, written }), [idOf(2)])
})

test('copies of a broken database and what cannot be restored push out no backup of etcd’s, and are bounded themselves', () => {
  const at = (age: number, worth: Kept['worth']): Kept => ({ id: idOf(age), worth })
  const gone = (keep: number, backups: readonly Kept[]) =>
    idsToDelete(backups, { keep, keepDays: 0, now, written }).toReversed()
  const sealed = [at(10, 'sealed'), at(11, 'sealed')]
  const raw = [1, 2, 3, 4].map((age) => at(age, 'raw'))
  assert.deepEqual(gone(2, [...raw, ...sealed]), [idOf(3), idOf(4)])
  const unusable = [1, 2, 3, 4].map((age) => at(age, 'unusable'))
  assert.deepEqual(gone(2, [...unusable, ...sealed]), [idOf(3), idOf(4)])
  assert.deepEqual(gone(2, [at(0.5, 'sealed'), ...sealed]), [idOf(11)])
  // Once etcd serves again, its own push out the copies.
  assert.deepEqual(
    gone(1, [at(0.5, 'sealed'), at(1, 'raw'), at(2, 'unusable'), ...sealed]),
    [1, 2, 10, 11].map(idOf),
  )
})

test('what was just put there stays, although a clock that was set back has it sorted last', () => {
  const backups = [0, 1, 2].map((age) => ({ id: idOf(age), worth: 'sealed' as const }))
  const rule = { keep: 1, keepDays: 0, now }
  assert.deepEqual(idsToDelete(backups, { ...rule, written: idOf(2) }), [idOf(1)])
  assert.deepEqual(idsToDelete(backups, { ...rule, written: idOf(0) }), [idOf(2), idOf(1)])
})

test('whatever the rule, the newest of each kind that may be restored stays, and so few others that they are bounded', () => {
  const one = fc.record({
    age: fc.integer({ min: 0, max: 4000 }),
    worth: fc.constantFrom('sealed', 'raw', 'unusable', 'remains'),
  })
  const rule = fc.record({
    keep: fc.integer({ min: 0, max: 20 }),
    keepDays: fc.integer({ min: 0, max: 4000 }),
  })
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ({ age }) => age }), rule, (rows, { keep, keepDays }) => {
      const backups = rows.map(({ age, worth }) => ({ id: idOf(age), age, worth }))
      const gone = new Set(idsToDelete(backups, { keep, keepDays, now, written }))
      const stays = (found: readonly Kept[]): void => {
        const newest = found
          .map(({ id }) => id)
          .sort()
          .at(-1)
        assert.ok(newest === undefined || !gone.has(newest))
      }
      const whole = backups.filter(({ worth }) => worth !== 'remains')
      stays(whole)
      stays(whole.filter(({ worth }) => worth !== 'unusable'))
      stays(whole.filter(({ worth }) => worth === 'sealed'))
      const old = whole.filter(({ id, age }) => !gone.has(id) && age > keepDays)
      assert.ok(old.length <= 3 * Math.max(1, keep))
    }),
  )
})

test('a folder whose name leads elsewhere is none: what would be asked for is another place', () => {
  const objects = ['.', '..', own].map((source) => object(`prod/${source}/${idOf(1)}/manifest.json`))
  assert.deepEqual(
    sortObjects(objects, 'prod').folders.map(({ source }) => source),
    [own],
  )
})
