// Storage outlives its unit: what etcd had acknowledged is served again by whatever unit gets it, and of several the most advanced
// one goes on, whoever leads Juju. Nothing is ever deleted.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, membersAt, unitsOf } from './chaos/cluster.ts'
import { deployServed, read, setAsideOn } from './chaos/units.ts'
import { archives, connectAs, etcdctl, openWorld } from './world.ts'

function storageOf(model: Model, unit: string): string {
  const [id = ''] = model.unit(unit).storage.keys()
  return id
}

/** Removes unit after unit, writing before each, and tells their storage, the one that is last, last. */
async function scaleToZero(model: Model, relation: number): Promise<readonly string[]> {
  const left: string[] = []
  for (const unit of unitsOf(model)) {
    const client = connectAs(model, relation, 'web')
    await client.put('/web/last', unit)
    client.close()
    left.push(storageOf(model, unit))
    model.removeUnit(unit)
    await model.settle()
    await heal(model)
  }
  return left
}

test('scaled to zero and back, with the storage of all: the last one goes on, and the client with it', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const [first = '', second = '', last = ''] = await scaleToZero(model, id)
  // The one that leads Juju gets the oldest data.
  for (const storage of [first, last, second]) await model.addUnit('etcd', [storage])
  await model.settle()
  await heal(model)
  assert.equal(model.tables.applications.get('etcd')?.leader, 'etcd/3')
  assert.equal(await read(model, 'etcd/3', '/web/last'), 'etcd/2')
  assert.deepEqual(
    await Promise.all(['etcd/3', 'etcd/4', 'etcd/5'].map((unit) => setAsideOn(model, unit))),
    [1, 0, 1],
  )
  const client = connectAs(model, id, 'web')
  await client.put('/web/again', '1')
  client.close()
  await assertSound(model)
})

test('a new application goes on with the storage of a member that had left its cluster', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  const [first = ''] = await scaleToZero(model, id)
  model.removeApplication('etcd')
  await model.settle()
  await model.deploy('etcd', { archive: archives.etcd, attachStorage: [first] })
  await model.deploy('other', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  assert.deepEqual(await membersAt(model, 'etcd/0'), [{ name: 'etcd-0', learner: false }])
  assert.equal(await read(model, 'etcd/0', '/web/last'), 'etcd/0')
  assert.equal(await setAsideOn(model, 'etcd/0'), 1)
  const relation = model.integrate('etcd:etcd-client', 'other:etcd')
  await model.settle()
  const client = connectAs(model, relation.id, 'other')
  assert.equal(await client.get('/web/last'), 'etcd/0')
  client.close()
  // Who owned access in the old application owns none here.
  const users = await etcdctl(model.unit('etcd/0').host, 'user', 'list')
  assert.deepEqual(users.trim().split('\n').sort(), ['other', 'root'])
})
