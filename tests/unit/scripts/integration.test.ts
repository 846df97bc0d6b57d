import assert from 'node:assert/strict'
import { test } from 'node:test'
import { existsSync } from 'node:fs'
import { filesOf, profileOf } from '../../../scripts/integration.ts'

test('the profile follows the version of the controller', () => {
  assert.deepEqual(['3.6.26', '3.6-rc1', '4.0.15', '4.1-beta2', '3.7.0'].map(profileOf), [
    '3.6',
    '3.6',
    '4.0',
    '4.0',
    '3.6',
  ])
  assert.throws(() => profileOf('2.9.51'), /3\.6 or newer/)
  assert.throws(() => profileOf('3.5.7'), /3\.6 or newer/)
})

test('stories are named by file, by name or by set, and those of a set are there', () => {
  assert.deepEqual(filesOf('tests/stories/a.test.ts main-job'), [
    'tests/stories/a.test.ts',
    'tests/stories/main-job.test.ts',
  ])
  const core = filesOf('core')
  assert.ok(core.length > 3)
  for (const file of core) assert.ok(existsSync(file), file)
})
