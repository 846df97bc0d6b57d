// What an error stands for: something to wait for, something for a human, or a bug.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Blocked, conditionOf, Waiting } from '../../../src/charm/outcome.ts'
import { CommandFailed, CommandMissing } from '../../../src/machine/process.ts'

test('what waits and what blocks is said as it is, and a bug is none of it', () => {
  assert.deepEqual(conditionOf(new Waiting('x')), { status: 'waiting', message: 'x', scope: 'unit' })
  assert.deepEqual(conditionOf(new Blocked('x')), { status: 'blocked', message: 'x', scope: 'unit' })
  for (const bug of [new Error('x'), new TypeError('x'), 'x', undefined])
    assert.equal(conditionOf(bug), undefined)
})

test('a program that fails is told in its own words, on one plain line', () => {
  const stderr = `Failed to start x:\nis \u001b[31mmasked\u001b[0m ${'and so on '.repeat(60)}`
  const failed = new CommandFailed(
    { command: 'systemctl', args: ['start', 'x'] },
    { how: 'exited with 1', exitCode: 1, stderr },
  )
  const { status, message = '' } = conditionOf(failed) ?? {}
  assert.equal(status, 'blocked')
  assert.ok(
    message.startsWith('systemctl start x exited with 1: Failed to start x: is \\u001b[31mmasked'),
    message,
  )
  assert.ok(message.length <= 500 && /^[\x20-\x7e]*$/.test(message))
  assert.equal(conditionOf(new CommandMissing('systemctl'))?.status, 'blocked')
})
