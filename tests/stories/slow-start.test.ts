// On the emulator alone: etcd’s start is slowed down.
// etcd that takes long to start, as with a large database on a slow disk: a start that goes on is waited for and never made twice,
// whatever becomes of the hook that began it; and the turn lasts as long as it does.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { assertSound, unitsOf } from './chaos/cluster.ts'
import { assertWrites } from './chaos/units.ts'
import { deploySlow, slowStarts, startsOf } from './next-start.ts'
import { responsesOf } from './world.ts'

/** Update-status until all is as it should be, and never more than one start of each member. */
async function untilServed(model: Model, relation: number, within: number): Promise<void> {
  for (let round = 0; round < within; round += 1) {
    await model.updateStatus('etcd')
    const idle = unitsOf(model).every((unit) => model.unit(unit).workload.status === 'active')
    if (responsesOf(model, relation).length > 0 && idle) return
    await sleep(5000)
  }
  assert.fail(`not served: ${unitsOf(model).map((unit) => model.unit(unit).workload.message)}`)
}

function started(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  return Object.entries(after).map(([unit, count]) => count - (before[unit] ?? 0))
}

test('a member that takes 40 s, whose hook is killed on the way, is started once, and serves the client', async () => {
  const model = await deploySlow(1, 40)
  const before = await startsOf(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  const settling = model.settle()
  for (let tries = 0; started(before, await startsOf(model))[0] === 0 && tries < 100; tries += 1)
    await sleep(500)
  await sleep(5000)
  await model.unit('etcd/0').host.run(['pkill', '-KILL', '-x', 'MainThread'])
  await settling
  await untilServed(model, id, 20)
  assert.deepEqual(started(before, await startsOf(model)), [1])
  await slowStarts(model, 0)
  await assertWrites(model, id, '/web/a')
})

test('three members that take 40 s are restarted once each, one after the other', async () => {
  const model = await deploySlow(3, 40)
  const before = await startsOf(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await untilServed(model, id, 60)
  assert.deepEqual(started(before, await startsOf(model)), [1, 1, 1])
  await slowStarts(model, 0)
  await assertWrites(model, id, '/web/a')
  await assertSound(model)
})
