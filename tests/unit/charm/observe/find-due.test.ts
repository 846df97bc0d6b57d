import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDue } from '../../../../src/charm/observe/backup/find-due.ts'
import { missedRuns } from '../../../../src/charm/plan/backup/work.ts'

/** How many runs a backup of then has missed by now. */
async function missed(option: string, newest: string, now: string): Promise<number> {
  const due = findDue(option, Date.parse(now), 'model/etcd')
  assert.equal(due.kind, 'since')
  return due.kind === 'since' ? missedRuns(due, Date.parse(newest)) : 0
}

test('a schedule of weekdays has no run on a weekend, so that none is missed there', async () => {
  const friday = '2026-11-27T03:30:04Z'
  const weekdays = '30 3 * * 1-5'
  assert.equal(await missed(weekdays, friday, '2026-11-29T23:00:00Z'), 0, 'Sunday')
  assert.equal(await missed(weekdays, friday, '2026-11-30T03:29:00Z'), 0, 'Monday, before its time')
  assert.equal(await missed(weekdays, friday, '2026-11-30T03:31:00Z'), 1)
  assert.equal(await missed(weekdays, friday, '2026-12-01T03:31:00Z'), 2)
})

test('whatever the schedule, as many runs are missed as came since; ten are told of any more', async () => {
  const at = '2026-11-26T12:00:00Z'
  assert.equal(await missed('daily@03:30', at, '2026-11-27T03:29:00Z'), 0)
  assert.equal(await missed('daily@03:30', at, '2026-11-29T03:31:00Z'), 3)
  assert.equal(await missed('every 6h', '2026-11-26T12:30:00Z', '2026-11-26T23:59:00Z'), 1)
  assert.equal(await missed('hourly', at, '2026-12-26T12:00:00Z'), 10)
  assert.equal(await missed('* * * * *', at, '2026-11-26T12:03:30Z'), 3)
  assert.equal(await missed('0 0 29 2 *', at, '2029-01-01T00:00:00Z'), 1)
})

test('a schedule that says nothing is never due', () => {
  for (const option of ['never', '0 0 30 2 *', '99 3 * * *'])
    assert.deepEqual(findDue(option, Date.parse('2026-11-26T12:00:00Z'), 'model/etcd'), { kind: 'never' })
})
