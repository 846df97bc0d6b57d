import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastDue, parseSchedule } from '../../../src/interfaces/backup-schedule.ts'

const at = (text: string): number => Date.parse(`2026-11-${text}:00Z`)
/** A Thursday. */
const now = at('26T21:30')

function due(text: string, from = now): string {
  const schedule = parseSchedule(text)
  assert.ok(schedule?.kind === 'every', text)
  return new Date(lastDue({ ...schedule, spread: false }, from, '')).toISOString().slice(8, 16)
}

test('when a schedule was last due follows from the time alone, in UTC', () => {
  const rows = [
    ['hourly', '26T21:00'],
    ['every 6h', '26T18:00'],
    ['Every 12 h', '26T12:00'],
    ['daily', '26T00:00'],
    ['daily@03:30', '26T03:30'],
    ['daily@21:30', '26T21:30'],
    ['daily@21:31', '25T21:31'],
    ['weekly', '22T00:00'],
    ['weekly@thu', '26T00:00'],
    ['weekly@fri-03:30', '20T03:30'],
    ['weekly@Friday 03:30', '20T03:30'],
    ['weekly@3:30', '22T03:30'],
  ] as const
  for (const [text, wanted] of rows) assert.equal(due(text), wanted, text)
})

test('a schedule that names no minute falls within ten minutes, for each cluster on one of its own', () => {
  const hourly = parseSchedule('hourly')
  assert.ok(hourly?.kind === 'every')
  const minutes = new Set<number>()
  for (let cluster = 0; cluster < 40; cluster += 1) {
    const found: Date = new Date(lastDue(hourly, now, `model-${cluster}`))
    minutes.add(found.getUTCMinutes())
    assert.ok(found.getTime() <= now)
    assert.equal(lastDue(hourly, now, `model-${cluster}`), found.getTime())
  }
  assert.ok(minutes.size > 5 && Math.max(...minutes) < 10, [...minutes].join())
})

test('one that names a minute is never moved', () => {
  const exact = parseSchedule('daily@03:30')
  assert.ok(exact?.kind === 'every')
  assert.equal(lastDue(exact, now, 'whoever'), at('26T03:30'))
})

test('five words are cron, and what is no schedule is none', () => {
  assert.deepEqual(parseSchedule('30 3 * * 1-5'), { kind: 'cron', words: '30 3 * * 1-5' })
  assert.deepEqual(parseSchedule(' 0  */4 * jan,feb SUN '), { kind: 'cron', words: '0 */4 * jan,feb SUN' })
  assert.deepEqual(parseSchedule('never'), { kind: 'never' })
  for (const no of [
    '',
    'sometimes',
    'daily@',
    'daily@25:00',
    'daily@03:99',
    'daily@mon',
    'weekly@xyz',
    'every 0h',
    '* * * *',
    '$(x) * * * *',
    '99 3 * * *',
    '0 3 * * fri-mon',
    '*/0 * * * *',
    '- * * * *',
    '0 0 30 2 *',
    '@daily',
    '0 0 3 * * *',
  ])
    assert.equal(parseSchedule(no), undefined, no)
})
