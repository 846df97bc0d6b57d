// What the catalogue of statuses finds in a source.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusesIn } from '../../../scripts/status-catalogue.ts'

test('every way in which a message comes to a status is found, and what varies is named', () => {
  // #{ stands for the beginning of a template's placeholder.
  const source = [
    'throw new Waiting(`waiting for its turn, after #{lock.by}`, { cause })',
    "throw new Blocked('restore it')",
    'return waiting("a learner")',
    "return [{ status: 'maintenance', message: 'leaving', scope: 'unit' }]",
    'const message = `#{away.map(({ name }) => name).join(", ")} is away`',
    "return [{ status: 'active', message, scope }]",
    'return `waiting to join: #{unit}`',
    "return [tell('maintenance', `refreshing, #{next} is next`)]",
    "return [blocked('two stores')]",
  ]
    .join('\n')
    .replaceAll('#{', '$\u007b')
  const found = statusesIn(source).map(({ status, message }) => `${status}: ${message}`)
  assert.deepEqual(found.sort(), [
    'active: ‹away› is away',
    'blocked: restore it',
    'blocked: two stores',
    'maintenance: leaving',
    'maintenance: refreshing, ‹next› is next',
    'waiting: a learner',
    'waiting: waiting for its turn, after ‹by›',
    'waiting: waiting to join: ‹unit›',
  ])
})
