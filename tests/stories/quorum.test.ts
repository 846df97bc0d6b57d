// On the emulator alone: machines are lost, cables pulled, and hooks killed at every step.
// A quorum that is lost for good: said plainly, refused where it is not, recovered once and from the most advanced survivor, with hooks
// killed at every step of it. Who was merely cut off joins the new cluster, and never makes a second one.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Action, Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { assertWrites, countKeys, deployServed, setAsideOn } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { openWorld } from './world.ts'

function recover(model: Model, confirm: boolean): Promise<Action> {
  const leader = model.tables.applications.get('etcd')?.leader ?? ''
  return model.runAction(leader, 'recover-quorum', { confirm })
}

async function writeAWhile(model: Model, relation: number, prefix: string): Promise<number> {
  await using writer = new Writer(emulated(model), relation, 'web', prefix)
  await sleep(1000)
  return (await writer.finish()).acknowledged
}

const recoverySteps = ['service/stop', 'founding/write', 'data/resume', 'data/claim'] as const

test('two of three machines are lost: the survivor goes on alone, and then with others', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const written = await writeAWhile(model, id, '/web/before/')
  const refused = await recover(model, true)
  assert.equal(refused.status, 'failed')
  assert.match(refused.message, /refused: the cluster has its quorum/)

  for (const unit of unitsOf(model).slice(0, 2)) await model.loseUnit(unit)
  await model.settle()
  await model.updateStatus('etcd')
  assert.deepEqual(model.unit('etcd/2').workload, {
    status: 'blocked',
    message:
      'quorum lost: 1 of 3 members answers; bring back etcd-0, etcd-1, or remove those that are lost (juju remove-unit --force) and run recover-quorum on the leader',
  })
  assert.equal((await recover(model, false)).results.done, 'nothing')
  await model.updateStatus('etcd')
  assert.equal(model.unit('etcd/2').workload.status, 'blocked')

  const told = killEverywhere(model)
  // An action that is killed is not run again by Juju: that is for its human to do.
  for (let time = 0; time < 9 && (await recover(model, true)).status !== 'completed'; time += 1);
  await model.settle()
  await heal(model)
  model.killHooks(() => false)
  assert.deepEqual(
    recoverySteps.filter((step) => !told.steps.has(step)),
    [],
  )
  await assertSound(model)
  assert.equal(await countKeys(model, 'etcd/2', '/web/before/'), written)
  await assertWrites(model, id, '/web/after')

  for (let count = 0; count < 2; count += 1) await model.addUnit('etcd')
  await model.settle()
  await heal(model)
  await assertSound(model)
  assert.equal(await countKeys(model, 'etcd/4', '/web/before/'), written)
})

test('members that were only cut off find the new cluster, and join it', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const written = await writeAWhile(model, id, '/web/before/')
  const away = ['etcd/1', 'etcd/2'] as const
  for (const unit of away) await model.unit(unit).host.plug('out')
  await model.updateStatus('etcd')
  for (const unit of unitsOf(model)) assert.match(model.unit(unit).workload.message, /^quorum lost: 1 of 3/)

  const told = killEverywhere(model)
  for (let time = 0; time < 9 && (await recover(model, true)).status !== 'completed'; time += 1);
  for (const unit of away) await model.unit(unit).host.plug('in')
  await model.settle()
  await heal(model)
  model.killHooks(() => false)
  assert.ok(told.steps.has('data/set-aside'))
  await assertSound(model)
  for (const unit of unitsOf(model)) assert.equal(await countKeys(model, unit, '/web/before/'), written)
  await assertWrites(model, id, '/web/after')
  // The founder's own, too: it goes on with a copy.
  for (const unit of unitsOf(model)) assert.equal(await setAsideOn(model, unit), 1)
})
