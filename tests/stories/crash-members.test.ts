// On the emulator alone: hooks are killed at every step.
// The charm's processes are killed at every step of a join, of a departure, of a changed address and of lost data, before it, after it,
// at each hook tool that follows and before the commit; what etcd acknowledged stays, and the cluster is what Juju wants it to be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { loseData, moveAway } from './chaos/disturbance.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { archives, openWorld } from './world.ts'

const chapters: readonly (readonly [string, (model: Model) => Promise<void>])[] = [
  ['a unit joins', async (model) => void (await model.addUnit('etcd'))],
  ['another unit joins', async (model) => void (await model.addUnit('etcd'))],
  ['a unit comes back with another address', (model) => moveAway(model, unitsOf(model).at(-1) ?? '')],
  ['a unit has lost its data', (model) => loseData(model, unitsOf(model).at(-1) ?? '')],
  ['the leader leaves', async (model) => model.removeUnit(unitsOf(model)[0] ?? '')],
]

const memberSteps = [
  'member/add',
  'member/promote',
  'member/update',
  'member/remove',
  'service/start',
] as const

test('whatever step of a join or a departure is killed, the cluster ends as it should', async (t) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const told = killEverywhere(model)
  for (const [nth, [name, run]] of chapters.entries()) {
    await t.test(name, async (story) => {
      await using writer = new Writer(emulated(model), id, 'web', `/web/${nth}/`)
      const before = told.kills
      await run(model)
      await model.settle()
      await heal(model)
      story.diagnostic(JSON.stringify({ kills: told.kills - before, ...(await writer.finish()) }))
      await assertSound(model)
    })
  }
  assert.deepEqual(
    memberSteps.filter((step) => !told.steps.has(step)),
    [],
  )
})
