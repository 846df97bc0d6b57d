import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circles, emulatorLoadedBy, runsOnAnyDriver, violations } from '../../../scripts/import-rules.ts'

test('the four at the bottom know nothing of each other', () => {
  assert.deepEqual(violations('src/juju/unit.ts', "import { run } from '../machine/process.ts'"), [
    'src/juju/unit.ts (juju) imports src/machine/process.ts (machine)',
  ])
  assert.deepEqual(violations('src/etcd/access.ts', "import { x } from './types.ts'"), [])
})

test('nothing imports upwards', () => {
  const [wrong] = violations('src/charm/plan/clients/access.ts', "import { act } from '../../act/act.ts'")
  assert.equal(wrong, 'src/charm/plan/clients/access.ts (core) imports src/charm/act/act.ts (act)')
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

test('who looks does not act, and nobody is imported by whom he imports', () => {
  const [wrong] = violations('src/charm/observe/etcd.ts', "import { act } from '../act/act.ts'")
  assert.equal(wrong, 'src/charm/observe/etcd.ts (observe) imports src/charm/act/act.ts (act)')
  assert.deepEqual(violations('src/charm/act/act.ts', "import { x } from '../observe/etcd.ts'"), [])
  const imports = { a: ['b', 'd'], b: ['c'], c: ['b'], d: [] }
  assert.deepEqual(circles(new Map(Object.entries(imports))), [['b', 'c', 'b']])
})

test('a file that belongs to no layer is refused', () => {
  assert.throws(() => violations('src/new/thing.ts', ''), /belongs to no layer/)
})

test('a story that begins with the driver runs on a controller, one that begins with the emulator does not', () => {
  assert.equal(runsOnAnyDriver("import { story } from './driver/story.ts'"), true)
  assert.equal(runsOnAnyDriver("import { story } from '../driver/story.ts'"), true)
  assert.equal(runsOnAnyDriver("import { openWorld } from './world.ts'"), false)
})

test('a story that runs on any driver loads no emulator, whoever does it for it', () => {
  const files: Readonly<Record<string, string>> = {
    'tests/stories/a.test.ts': "import { story } from './driver/story.ts'\nimport { x } from './leaks.ts'",
    'tests/stories/b.test.ts':
      "import { story } from './driver/story.ts'\nimport type { x } from './leaks.ts'\nawait import('./leaks.ts')",
    'tests/stories/c.test.ts': "import { openWorld } from './world.ts'",
    'tests/stories/leaks.ts':
      "import {\n  type Model,\n  openModel,\n} from '../emulator/index.ts'\nimport type { y } from './world.ts'",
  }
  const read = (file: string): string => files[file] ?? ''
  assert.deepEqual(emulatorLoadedBy('tests/stories/a.test.ts', read), [
    'tests/stories/a.test.ts loads tests/stories/leaks.ts loads tests/emulator/index.ts: tests/stories/a.test.ts runs on a controller, too, where no emulator is',
  ])
  assert.deepEqual(emulatorLoadedBy('tests/stories/b.test.ts', read), [])
  assert.deepEqual(emulatorLoadedBy('tests/stories/c.test.ts', read), [])
})
