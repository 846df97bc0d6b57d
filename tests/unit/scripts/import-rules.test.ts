import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from '../../../scripts/import-rules.ts'

test('the four at the bottom know nothing of each other', () => {
  assert.deepEqual(violations('src/juju/unit.ts', "import { run } from '../machine/process.ts'"), [
    'src/juju/unit.ts (juju) imports src/machine/process.ts (machine)',
  ])
  assert.deepEqual(violations('src/etcd/access.ts', "import { x } from './types.ts'"), [])
})

test('nothing imports upwards', () => {
  const [wrong] = violations('src/charm/plan/access.ts', "import { act } from '../act/act.ts'")
  assert.equal(wrong, 'src/charm/plan/access.ts (core) imports src/charm/act/act.ts (shell)')
  assert.equal(
    violations('src/charm/reconcile.ts', "const { hooks } = await import('../hooks.ts')").length,
    1,
  )
})

test('the core neither waits, nor asks the clock, nor chance, nor the world', () => {
  for (const line of [
    'async function f() {}',
    'const now = Date.now()',
    'Math.random()',
    "import fs from 'node:fs'",
  ])
    assert.equal(violations('src/charm/decide.ts', line).length, 1, line)
  assert.deepEqual(violations('src/charm/decide.ts', '// async in a comment\nconst a = 1'), [])
})

test('a file that belongs to no layer is refused', () => {
  assert.throws(() => violations('src/new/thing.ts', ''), /belongs to no layer/)
})
