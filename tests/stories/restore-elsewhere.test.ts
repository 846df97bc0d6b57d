// On the emulator alone: a real store runs beside its machines (moto).
// A model is lost, and its backup restored in another one: by an application with authorities, clients and a store relation of its own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openAnotherModel } from '../emulator/index.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { deployStore, motoKeys, relateStore } from './stores/deploy-store.ts'
import { addressFor, lacks, startMoto } from './stores/start-store.ts'
import { connectAs, openWorld } from './world.ts'

async function storeIn(model: Model, endpoint: string): Promise<void> {
  await deployStore(model, { settings: { bucket: 'backups', endpoint }, keys: motoKeys })
  relateStore(model)
  await model.settle()
}

const leaderOf = (model: Model): string => model.tables.applications.get('etcd')?.leader ?? ''

test('a backup of one model is restored in another', { skip: lacks('moto') }, async () => {
  await using lost = await openWorld()
  const there = await deployServed(lost, 1)
  await using moto = await startMoto(addressFor(lost, 'etcd/0'))
  await storeIn(lost, moto.url)
  await assertWrites(lost, there, '/web/monday')
  const taken = await lost.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  const id = taken.results['backup-id']
  const owned = connectAs(lost, there, 'web')

  const model = openAnotherModel(lost, 'elsewhere')
  const here = await deployServed(model, 3)
  await storeIn(model, moto.url)
  const restore = (more: Readonly<Record<string, unknown>>) =>
    model.runAction(leaderOf(model), 'restore', { 'backup-id': id, ...more })
  const { message } = await restore({})
  const source = /source=(etcd-[0-9a-f]{8}) has it/.exec(message)?.[1]
  assert.ok(source, message)
  const listed = await model.runAction(leaderOf(model), 'list-backups', { all: true })
  assert.match(String(listed.results.backups), new RegExp(`of ${source}:\\n.*\\n${id} +complete`))
  const begun = await restore({ source, confirm: true })
  assert.equal(begun.status, 'completed', begun.message)
  await model.settle()
  await heal(model)

  const client = connectAs(model, here, 'web')
  assert.equal(await client.get('/web/monday'), '1')
  client.close()
  await assertWrites(model, here, '/web/after')
  await assertSound(model)
  // What it was taken from goes on, and has nothing of what is written elsewhere.
  assert.equal(await owned.get('/web/after'), null)
  owned.close()
})
