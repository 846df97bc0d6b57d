import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeAttention } from '../../../src/charm/actions/status/attention.ts'
import { describeUnit } from '../../../src/charm/actions/status/status.ts'
import { notFoundNow, type StatusShown } from '../../../src/charm/last-told.ts'
import { statusOf } from '../../../src/charm/status.ts'
import type { Condition } from '../../../src/charm/step.ts'
import { settled } from './observation.ts'

const option: Condition = { status: 'blocked', message: 'option x is invalid; set it', scope: 'unit' }
const restart: Condition = {
  status: 'waiting',
  message: 'restart is due, but etcd-2 does not answer; bring it back or remove its unit',
  scope: 'unit',
}
const full: Condition = {
  status: 'blocked',
  message: `the disk of /var/snap/charmed-etcd/common/var/lib/etcd is full (${'etcd said so '.repeat(6)}); make room there, and the next hook goes on`,
  scope: 'unit',
}

/** As Juju shows what a hook told of these. */
function shownOf(all: readonly Condition[]): StatusShown {
  return { ...statusOf(all), scope: 'unit' }
}

function screenOf(found: readonly Condition[], failed: readonly Condition[], all: readonly Condition[]) {
  const shown = [shownOf(all)]
  const asked = { observed: settled(), conditions: found, told: notFoundNow(found, failed, shown) }
  const unit = describeUnit(asked, shown)
  return {
    unit: unit.lines.join(' '),
    attention: describeAttention(asked).lines.join(' ').replace(/ +/g, ' '),
  }
}

test('what only acting finds is on the screen, as the word of the last hook, and its word is the unit’s', () => {
  const { unit, attention } = screenOf([], [], [full])
  assert.match(unit, /: blocked; etcd 3/)
  assert.equal(attention, `blocked, as the last hook told: ${full.message}`)
})

test('what one status has no room for is there, too: all that it counts', () => {
  const { unit, attention } = screenOf([option], [restart, full], [restart, full, option])
  assert.match(unit, /: blocked; etcd 3/)
  for (const { message } of [option, restart, full]) assert.ok(attention.includes(message), message)
  const one = screenOf([option], [restart], [restart, option])
  assert.match(
    one.attention,
    /^blocked: option x is invalid; set it waiting, as the last hook told: restart is due/,
  )
})

test('what is found now is not told twice, though numbers in it have changed or Juju has cut it', () => {
  const age = (hours: number): Condition => ({
    status: 'active',
    message: `the newest backup is of ${hours} h ago`,
    scope: 'unit',
  })
  assert.deepEqual(notFoundNow([age(4)], [], [shownOf([age(3)])]), [])
  const long: Condition = { ...full, message: `${'word '.repeat(300)}; mend it` }
  const cut = { ...shownOf([long]), message: `${long.message.slice(0, 997)}...` }
  assert.deepEqual(notFoundNow([long], [], [cut]), [])
  assert.deepEqual(notFoundNow([option], [], [shownOf([option, age(3)])]), [])
})

test('a unit is never told as better than Juju shows it, and a word that is no charm’s says nothing', () => {
  const waits: Condition = { ...option, status: 'waiting' }
  const shown = [{ ...shownOf([waits]), status: 'blocked' }]
  const asked = { observed: settled(), conditions: [waits], told: notFoundNow([waits], [], shown) }
  assert.match(describeUnit(asked, shown).lines.join(' '), /: blocked; etcd 3/)
  const error: StatusShown = { status: 'error', message: 'hook failed: "install"', scope: 'unit' }
  assert.deepEqual(notFoundNow([], [], [error, { status: 'active', message: '', scope: 'application' }]), [])
})
