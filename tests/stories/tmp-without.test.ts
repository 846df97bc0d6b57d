import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { deployServed } from './chaos/units.ts'
import { emulated } from './driver/emulated-model.ts'
import { saveSnapshot } from './snapshots.ts'
import { openWorld } from './world.ts'
const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''
const restore = (model: Model, parameters: Readonly<Record<string, unknown>>) =>
  model.runAction(leaderOf(model), 'restore', parameters)
test('without', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await deployServed(model, 3)
  await saveSnapshot(emulated(model), leaderOf(model), 'monday.db')
  const away = unitsOf(model).find((unit) => unit !== leaderOf(model)) ?? ''
  console.log('leader', leaderOf(model), 'away', away)
  await model.cutOff(away)
  await restore(model, { file: 'monday.db', confirm: true })
  await model.settle()
  const forced = await restore(model, { without: away, force: true, confirm: true })
  assert.equal(forced.status, 'completed', forced.message)
  await model.settle()
  await heal(model)
  console.log('PLUG IN', new Date().toISOString())
  await model.plugIn(away)
  for (let round = 0; round < 6; round += 1) {
    console.log('ROUND', round, new Date().toISOString())
    await model.updateStatus('etcd')
    await sleep(500)
  }
  await assertSound(model)
})
