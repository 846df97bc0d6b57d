import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackupOnDisk, BackupSeen, Observed } from '../../../../../src/charm/observed.ts'
import { nothingOnDisk } from '../../../../../src/charm/plan/backup/backup-seen.ts'
import { decide } from '../../../../../src/charm/decide.ts'
import { parseConfig } from '../../../../../src/config.ts'
import type { BackupOutcome, StoreSeen, Verification } from '../../../../../src/interfaces/backup-record.ts'
import { now, settled } from '../../observation.ts'

const hour = 3_600_000
const store: StoreSeen = {
  relation: 4,
  endpoint: 's3-credentials',
  application: 's3-integrator',
  state: 'ready',
  words: '',
}
const azure: StoreSeen = {
  ...store,
  relation: 5,
  endpoint: 'azure-storage-credentials',
  application: 'azure',
}
const day = 24 * hour
const daily = { kind: 'since', at: now - hour, earlier: [now - hour - day, now - hour - 2 * day] } as const

function seen(disk: Partial<BackupOnDisk>, more: Partial<BackupSeen> = {}): Observed {
  const observed = settled()
  return {
    ...observed,
    backup: { stores: undefined, asks: [], due: daily, retries: false, ...more },
    machine: { ...observed.machine, backup: { ...nothingOnDisk, stores: [store], ...disk } },
  }
}

function newest(age: number): BackupOutcome {
  const id = `${new Date(now - age).toISOString().slice(0, 19)}Z`
  return { token: 'a', at: now - age, ended: 'done', warnings: [], newest: { id, size: 1 } }
}

function failed(age: number, kind: 'denied' | 'unavailable' = 'unavailable'): BackupOutcome {
  const failure = { kind, words: 'put x: no answer' } as const
  return { ...newest(20 * hour), at: now - age, ended: 'failed', failure }
}

const kinds = (observed: Observed): readonly string[] =>
  decide(observed).steps.flatMap(({ kind }) => (/^(backup|stores)\//.test(kind) ? [kind] : []))

const told = (observed: Observed): readonly string[] =>
  decide(observed).conditions.flatMap(({ status, message }) =>
    /backup|store|credentials/.test(message) ? [`${status}: ${message}`] : [],
  )

test('a backup is begun where the newest is older than the time at which one was due, and only there', () => {
  const begins = ['backup/begin']
  assert.deepEqual(kinds(seen({})), begins, 'there is none')
  assert.deepEqual(kinds(seen({ outcome: newest(2 * hour) })), begins)
  assert.deepEqual(kinds(seen({ outcome: newest(hour / 2) })), [])
  assert.deepEqual(kinds(seen({}, { due: { kind: 'never' } })), [])
  assert.deepEqual(kinds({ ...seen({}), leaving: true }), [])
  assert.deepEqual(kinds({ ...seen({}), backup: undefined }), [], 'it follows')
})

test('where the option says so, the newest is verified: once, again where it could not be tried, and told where it is of no use', () => {
  const outcome = newest(hour / 2)
  const id = outcome.newest?.id ?? ''
  const asked = (more: Partial<BackupOutcome>, verify = true): Observed => {
    const observed = seen({ outcome: { ...outcome, ...more } })
    const config = parseConfig({ 'backup-verify': verify })
    return { ...observed, config }
  }
  const found = (what: Verification['found'], words?: string) => ({
    verification: { id, found: what, ...(words !== undefined && { words }) },
  })
  const begins = ['backup/begin']
  assert.deepEqual(kinds(asked({}, false)), [])
  assert.deepEqual(kinds(asked({})), begins, 'nobody has tried it')
  assert.deepEqual(kinds(asked({ verification: { id: 'earlier', found: 'sound' } })), begins)
  assert.deepEqual(kinds(asked(found('sound'))), [])
  assert.deepEqual(told(asked(found('sound'))), [])
  assert.deepEqual(kinds(asked(found('nothing', 'no room'))), [], 'not in every hook')
  assert.deepEqual(kinds(asked({ ...found('nothing', 'no room'), at: now - hour })), begins)
  assert.deepEqual(told(asked(found('nothing', 'no room'))), [
    'active: the newest backup is not verified: no room',
  ])
  assert.deepEqual(kinds(asked(found('unusable', 'it is damaged'))), [], 'another look finds the same')
  assert.deepEqual(told(asked(found('unusable', 'it is damaged'))), [
    `blocked: the newest backup (${id}) can't be restored (it is damaged); run create-backup`,
  ])
  assert.deepEqual(told(asked(found('unusable', 'it is damaged'), false)), [])
})

test('none is begun without one store that is ready, or while one is under way', () => {
  const begun = { token: 'b', at: now - 5000, scheduled: true }
  assert.deepEqual(kinds(seen({ stores: [] })), [])
  assert.deepEqual(kinds(seen({ stores: [store, azure] })), [])
  assert.deepEqual(kinds(seen({ stores: [{ ...store, state: 'incomplete', words: 'bucket' }] })), [])
  assert.deepEqual(kinds(seen({ begun, running: true })), [])
})

test('one that failed is tried again after ten minutes, and at once where the store says something new', () => {
  assert.deepEqual(kinds(seen({ outcome: failed(5 * 60_000) })), [])
  assert.deepEqual(kinds(seen({ outcome: failed(11 * 60_000) })), ['backup/begin'])
  assert.deepEqual(kinds(seen({ outcome: failed(1000) }, { retries: true })), ['backup/begin'])
})

test('work that ended without a word is noted as failed, and its order removed, before any other is begun', () => {
  const begun = { token: 'b', at: now - 5000, scheduled: true }
  assert.deepEqual(kinds(seen({ begun, running: false })), ['backup/note-loss'])
  assert.deepEqual(kinds(seen({ begun, running: false, outcome: newest(9 * hour) })), ['backup/note-loss'])
  assert.deepEqual(kinds(seen({ begun, running: false, outcome: { ...newest(1000), token: 'b' } })), [])
})

test('what is related is on record, and written again only where it differs', () => {
  assert.deepEqual(kinds(seen({ outcome: newest(0) }, { stores: [store] })), [])
  assert.deepEqual(kinds(seen({ outcome: newest(0) }, { stores: [] })), ['stores/record'])
})

test('two stores at once are refused naming both', () => {
  assert.deepEqual(told(seen({ stores: [store, azure] })), [
    'blocked: more than one store is related: s3-credentials (s3-integrator) and azure-storage-credentials (azure); remove all but one',
  ])
})

test('a status tells what a store lacks, that none is there, how far a backup is, and how the last one failed', () => {
  const begun = { token: 'b', at: now - 5000, scheduled: true }
  const progress = { token: 'b', id: 'x', bytes: 12_500_000, total: 50_000_000, at: now }
  const lacking = { ...store, state: 'incomplete', words: 'access-key, bucket' } as const
  assert.deepEqual(told(seen({ stores: [lacking] })), [
    'waiting: s3-credentials: waiting for s3-integrator to give access-key, bucket',
  ])
  assert.deepEqual(told(seen({ stores: [] })), [
    'blocked: backup-schedule is set, and there is no store; integrate s3-credentials or another one',
  ])
  assert.deepEqual(told(seen({ begun, running: true, progress })), [
    'active: a backup is under way (12.5 of 50.0 MB)',
  ])
  assert.deepEqual(told(seen({ outcome: failed(1000) })), [
    'active: the last backup failed: put x: no answer; run create-backup once it is mended',
  ])
  assert.match(told(seen({ outcome: failed(1000, 'denied') })).join(), /^blocked: .*keys are right/)
  assert.deepEqual(told(seen({ outcome: newest(0) })), [])
})

test('a newest backup that two runs of the schedule came after is told of, whatever the reason', () => {
  assert.deepEqual(told(seen({ outcome: newest(25 * hour) })), [])
  assert.deepEqual(told(seen({ outcome: newest(26 * hour) })), [
    'active: the newest backup is of 26 h ago; see list-backups, and run create-backup',
  ])
  assert.deepEqual(told(seen({ outcome: newest(26 * hour) }, { due: { kind: 'never' } })), [])
})

test('days that the schedule leaves out make no backup late', () => {
  // On Mondays: the runs before that are of Friday and Thursday.
  const due = {
    kind: 'since',
    at: now - hour,
    earlier: [now - hour - 3 * day, now - hour - 4 * day],
  } as const
  assert.deepEqual(told(seen({ outcome: newest(hour + 3 * day) }, { due })), [])
  assert.deepEqual(told(seen({ outcome: newest(2 * hour + 3 * day) }, { due })), [
    'active: the newest backup is of 3 days ago; see list-backups, and run create-backup',
  ])
})

test('a backup of a time to come, by a clock that was ahead, holds off none and is told with the remedy', () => {
  const ahead = newest(-400 * day)
  const id = ahead.newest?.id ?? ''
  assert.deepEqual(kinds(seen({ outcome: ahead })), ['backup/begin'])
  const says = (ids: string): readonly string[] => [
    `active: a backup of a time to come does not count: ${ids}; see that this unit's clock is right, then run delete-backup`,
  ]
  assert.deepEqual(told(seen({ outcome: ahead })), says(id))
  assert.deepEqual(
    told(seen({ outcome: { ...newest(0), ahead: [id, '2099-01-01T00:00:00Z'] } })),
    says(`${id} (and 1 more)`),
  )
  assert.deepEqual(
    told(seen({ outcome: { ...newest(0), ahead: ['2020-01-01T00:00:00Z'] } })),
    [],
    'its time has come',
  )
  assert.deepEqual(kinds(seen({ outcome: newest(-hour / 2) })), [], 'clocks differ')
})

test('what is noted for a time to come holds off no next attempt', () => {
  assert.deepEqual(kinds(seen({ outcome: failed(-400 * day) })), ['backup/begin'])
  const observed = seen({
    outcome: {
      ...newest(hour / 2),
      at: now + 400 * day,
      verification: { id: newest(hour / 2).newest?.id ?? '', found: 'nothing' },
    },
  })
  assert.deepEqual(kinds({ ...observed, config: parseConfig({ 'backup-verify': true }) }), ['backup/begin'])
})
