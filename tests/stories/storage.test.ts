// Storage outlives its unit: what etcd had acknowledged is served again by whatever unit gets it, and of several the most advanced
// one goes on, whoever leads Juju. Nothing is ever deleted.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl, membersAt, votersOf } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertSound, assertWrites, deployServed, heal, read, setAsideOn, unitsOf } from './sound.ts'

/** Removes unit after unit, writing before each, and tells their storage, the one that is last, last. */
async function scaleToZero(model: StoryModel, relation: number): Promise<readonly string[]> {
  const left: string[] = []
  const units = await unitsOf(model)
  for (const unit of units) {
    await withClient(model, relation, 'web', (client) => client.put('/web/last', unit))
    left.push(...(await model.storageOf(unit)))
    await model.removeUnit(unit)
    await model.settle()
    if (unit !== units.at(-1)) await heal(model)
  }
  return left
}

/** A unit with that storage; its name. */
async function addUnitWith(model: StoryModel, storage: string): Promise<string> {
  const before = await unitsOf(model)
  await model.addUnitWith('etcd', storage)
  return (await unitsOf(model)).find((unit) => !before.includes(unit)) ?? ''
}

const back = 'scaled to zero and back, with the storage of all: the last one goes on, and the client with it'
story(back, { ownModel: true }, async (told) => {
  const { model, whereShown } = told
  const id = await deployServed(model, 3)
  const last = (await unitsOf(model)).at(-1)
  const [first = '', second = '', third = ''] = await scaleToZero(model, id)
  // The one that leads Juju gets the oldest data.
  const leader = await addUnitWith(model, first)
  const [newest, other] = [await addUnitWith(model, third), await addUnitWith(model, second)]
  await model.settle()
  await heal(model)
  // A controller gives the lead to whom it likes.
  await whereShown('one-hook-at-a-time', async () => {
    assert.equal((await model.unit('etcd/leader')).name, leader)
  })
  assert.equal(await read(model, leader, '/web/last'), last)
  const aside: number[] = []
  for (const unit of [leader, newest, other]) aside.push(await setAsideOn(model, unit))
  assert.deepEqual(aside, [1, 0, 1])
  await assertWrites(model, id, '/web/again')
  await assertSound(told)
})

const anew = 'a new application goes on with the storage of a member that had left its cluster'
story(anew, { ownModel: true }, async ({ model }) => {
  const id = await deployServed(model, 2)
  const [gone = ''] = await unitsOf(model)
  const [first = ''] = await scaleToZero(model, id)
  await model.removeApplication('etcd', { keepsStorage: true })
  await model.settle()
  await model.deploy('etcd', { charm: 'etcd', attachStorage: [first] })
  await model.deploy('other', { charm: 'client', config: { prefix: '/web/' } })
  await model.settle()
  const [unit = ''] = await unitsOf(model)
  assert.deepEqual(await membersAt(model, unit), votersOf([unit]))
  assert.equal(await read(model, unit, '/web/last'), gone)
  assert.equal(await setAsideOn(model, unit), 1)
  const relation = await model.integrate('etcd:etcd-client', 'other:etcd')
  await untilServed(model, ['other'])
  await withClient(model, relation, 'other', async (client) => {
    assert.equal(await client.get('/web/last'), gone)
  })
  // Who owned access in the old application owns none here.
  const users = await etcdctl(model, unit, 'user', 'list')
  assert.deepEqual(users.trim().split('\n').sort(), ['other', 'root'])
})
