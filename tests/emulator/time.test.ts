// What virtual time brings: rotation and expiry of secrets; and the hooks that only Juju 3.6 has.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openModel } from './index.ts'
import { ask, packProbe, teach } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const hour = 3_600_000

test('a secret is due for rotation until it has a new revision, and expires until the revision is removed', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const [added] = await ask(model, 'a/0', ['secret-add --label l --rotate hourly --expire 2h key=one'])
  const uri = added?.out.trim() ?? ''
  const hooksAfter = async (ms: number): Promise<readonly string[]> =>
    (await model.advance(ms)).map((run) => run.hook)
  assert.deepEqual(await hooksAfter(hour / 2), [])
  assert.deepEqual(await hooksAfter(hour / 2), ['secret-rotate'])
  assert.deepEqual(await hooksAfter(hour / 12), ['secret-rotate'])
  await teach(model, 'a/0', 'secret-rotate', [`secret-set ${uri} key=two`])
  // The new revision leaves the old one without a reader.
  assert.deepEqual(await hooksAfter(hour / 12), ['secret-rotate', 'secret-remove'])
  assert.deepEqual(await hooksAfter(hour / 12), [])
  await teach(model, 'a/0', 'secret-rotate', [])
  assert.deepEqual(await hooksAfter(hour), ['secret-expired', 'secret-rotate'])
  await teach(model, 'a/0', 'secret-expired', [`secret-remove ${uri} --revision 1`])
  assert.ok((await hooksAfter(hour / 12)).includes('secret-expired'))
  await teach(model, 'a/0', 'secret-rotate', [`secret-set ${uri} key=three`])
  await model.advance(hour / 12)
  assert.deepEqual(await hooksAfter(hour / 12), [])
})

test("leader settings are told to the units that don't lead, on 3.6 only", async () => {
  for (const profile of ['3.6', '4.0'] as const) {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive, units: 2 })
    await model.settle()
    await ask(model, 'a/0', ['leader-set k=v'])
    const told = model.tables.journal
      .filter((run) => run.hook === 'leader-settings-changed')
      .map((run) => run.unit)
    assert.deepEqual(told, profile === '3.6' ? ['a/1', 'a/1'] : [])
  }
})
