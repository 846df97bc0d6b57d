import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isSchedule, isWithin } from '../../../src/machine/time-of-day.ts'

/** A Wednesday. */
const at = (hour: number, minute = 0, day = 25): number => Date.UTC(2026, 10, day, hour, minute)

test('a part of the day is from its first minute to before its last', () => {
  const within = (text: string, ...times: readonly number[]) => times.map((time) => isWithin(text, time))
  assert.deepEqual(within('02:00-05:00', at(1, 59), at(2), at(4, 59), at(5)), [false, true, true, false])
  assert.deepEqual(within('wed 02:00-05:00', at(3), at(3, 0, 26)), [true, false])
  assert.deepEqual(within('mon,wed 02:00-05:00', at(3), at(3, 0, 24)), [true, false])
})

test('one that goes on past midnight is of the day that it began on', () => {
  const within = (time: number) => isWithin('wed 22:00-02:00', time)
  assert.deepEqual([at(21), at(23), at(1, 0, 26), at(2, 0, 26), at(1)].map(within), [
    false,
    true,
    true,
    false,
    false,
  ])
})

test('nothing is never, always is always, and what is no schedule is refused', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 4e12 }),
      (time) => isWithin('always', time) && !isWithin('', time) && !isWithin('never', time),
    ),
  )
  for (const good of [
    '',
    'never',
    'always',
    '00:00-23:59',
    'sun 22:30-01:15',
    'mon,tue,wed,thu,fri 02:00-04:00',
  ])
    assert.ok(isSchedule(good), good)
  for (const bad of [
    'daily',
    '24:00-02:00',
    '2:00-4:00',
    '02:00-02:00',
    'someday 02:00-03:00',
    '02:00',
    'mon, 02:00-03:00',
  ])
    assert.ok(!isSchedule(bad), bad)
})
