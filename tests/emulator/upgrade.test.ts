// Units come to another charm: with upgrade-charm, and where they are in error, without it (facts/juju.md §1.5).

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type Model, openModel } from './index.ts'
import { makeFail, packProbe, teach } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const metadata = (summary: string): string =>
  `name: probe\nsummary: ${summary}\ndescription: For the emulator's own tests.\nresources: {tool: {type: file, filename: tool.bin}}\n`

async function failing(model: Model, unit: string, hook: string): Promise<void> {
  await teach(model, unit, hook, ['true'])
  await makeFail(model, unit, hook, true)
}

async function inError(model: Model, unit: string): Promise<void> {
  await failing(model, unit, 'update-status')
  model.unit(unit).updateStatus = true
  assert.equal((await model.runOne())?.exit, 1)
}

const codeOf = async (model: Model, unit: string): Promise<string> =>
  /summary: (\w+)/.exec(
    await readFile(
      model
        .unit(unit)
        .host.outside(`/var/lib/juju/agents/unit-${unit.replace('/', '-')}/charm/metadata.yaml`),
      'utf8',
    ),
  )?.[1] ?? ''

const since = (model: Model, at: number): readonly string[] =>
  model.tables.journal.slice(at).map(({ unit, hook, exit }) => `${unit} ${hook} ${exit}`)

test('a unit in error comes to another charm once its hook has ended well, and not before', async () => {
  await using one = await packProbe(metadata('one'))
  await using two = await packProbe(metadata('two'))
  await using model = await openModel(options)
  await model.deploy('a', { archive: one.archive })
  await model.settle()
  await inError(model, 'a/0')
  await model.refresh('a', two.archive)
  const at = model.tables.journal.length
  await model.runOne()
  assert.equal(await codeOf(model, 'a/0'), 'one')
  await makeFail(model, 'a/0', 'update-status', false)
  await model.settle()
  assert.equal(await codeOf(model, 'a/0'), 'two')
  assert.deepEqual(since(model, at), [
    'a/0 update-status 1',
    'a/0 update-status 0',
    'a/0 upgrade-charm 0',
    'a/0 config-changed 0',
  ])
})

test('with --force-units its hook is retried with the new code, and upgrade-charm never runs', async () => {
  await using one = await packProbe(metadata('one'))
  await using two = await packProbe(metadata('two'))
  await using model = await openModel(options)
  await model.deploy('a', { archive: one.archive, units: 2 })
  await model.settle()
  await inError(model, 'a/0')
  await model.refresh('a', two.archive, { forceUnits: true })
  await makeFail(model, 'a/0', 'update-status', false)
  const at = model.tables.journal.length
  await model.settle()
  assert.deepEqual([await codeOf(model, 'a/0'), await codeOf(model, 'a/1')], ['two', 'two'])
  const hooks = since(model, at)
  assert.deepEqual(
    hooks.filter((line) => line.startsWith('a/0')),
    ['a/0 update-status 0'],
  )
  assert.ok(hooks.includes('a/1 upgrade-charm 0'))
})

test('resolve --no-retry has the hook count as run: after upgrade-charm, config-changed runs with the new code', async () => {
  await using one = await packProbe(metadata('one'))
  await using two = await packProbe(metadata('two'))
  await using model = await openModel(options)
  await model.deploy('a', { archive: one.archive })
  await model.settle()
  assert.throws(() => model.skipFailedHook('a/0'), /^Error: unit "a\/0" is not in an error state$/)
  await failing(model, 'a/0', 'upgrade-charm')
  await model.refresh('a', two.archive)
  const at = model.tables.journal.length
  await model.runOne()
  model.skipFailedHook('a/0')
  await model.settle()
  assert.equal(await codeOf(model, 'a/0'), 'two')
  assert.deepEqual(since(model, at), ['a/0 upgrade-charm 1', 'a/0 config-changed 0'])
})
