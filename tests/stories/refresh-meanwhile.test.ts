// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// What else happens while a refresh is under way: units come and go, a client joins, the authorities are replaced, a machine stops. All the
// while a client writes, and loses nothing.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  goHalfWay,
  type Refreshing,
  startsSince,
  versionsOf,
} from './refreshing.ts'
import { missing } from './releases.ts'
import { archives, connectAs } from './world.ts'

const patches = { skip: missing('3.5.16', '3.5.30') }
const freely = { 'pause-after-unit-refresh': 'none' }
const [before, after] = ['3.5.16', '3.5.30'] as const

/** That happens once the first of three units has gone; then all go on by themselves. */
async function inTheMiddle(
  story: TestContext,
  units: number,
  happens: (world: Refreshing) => Promise<void>,
): Promise<void> {
  await using world = await beginOn({ from: before, to: [after], config: freely })
  const { model, write } = world
  await using writer = write()
  const begun = Date.now()
  await goHalfWay(world, after, 'etcd/2')
  await happens(world)
  await comeToRest(model, story)
  assert.deepEqual(
    await versionsOf(model),
    Array.from({ length: units }, () => after),
  )
  await finishUnharmed(writer, story.name, story)
  await assertOneAwayAtATime(model, begun)
  await assertSound(model)
}

async function letFirstGo({ model, refresh }: Refreshing): Promise<void> {
  await refresh(after)
  await model.settle()
  await heal(model)
}

async function resume({ model }: Refreshing, unit: string): Promise<void> {
  const resumed = await model.runAction(unit, 'resume-refresh')
  assert.equal(resumed.status, 'completed', resumed.message)
  await heal(model)
}

test('the leader is removed', patches, (story) =>
  inTheMiddle(story, 2, async ({ model }) => model.removeUnit(model.unit('etcd/0').app.leader ?? '')),
)

test('a unit is added', patches, (story) =>
  inTheMiddle(story, 4, async ({ model }) => void (await model.addUnit('etcd'))),
)

test('the authorities are replaced', patches, (story) =>
  inTheMiddle(story, 3, async ({ model }) => {
    model.askAction(model.unit('etcd/0').app.leader ?? '', 'rotate-authorities')
  }),
)

test(
  'a unit that joins before the first one has gone is not taken for the first one',
  patches,
  async (story) => {
    await using world = await beginOn({ from: before, to: [after] })
    const { model, refresh, write } = world
    await using writer = write()
    const begun = Date.now()
    await refresh(after)
    // Its agent is slow, so that the new unit is there first.
    const slow = model.unit('etcd/2')
    slow.unreachable = true
    await model.addUnit('etcd')
    await model.settle()
    await heal(model)
    assert.deepEqual(await versionsOf(model), [before, before, before, after])
    slow.unreachable = false
    await comeToRest(model, story)
    assert.deepEqual(await versionsOf(model), [before, before, after, after])
    assert.match(
      slow.app.status.message,
      /^refresh waits: check etcd\/2, then run resume-refresh on etcd\/1; back: juju refresh etcd --path FILE \(FILE: the charm of revision 0\)$/,
    )
    await resume(world, 'etcd/1')
    assert.deepEqual(await versionsOf(model), [after, after, after, after])
    await finishUnharmed(writer, story.name, story)
    await assertOneAwayAtATime(model, begun)
    await assertSound(model)
  },
)

test('the one unit that has gone is removed, so that another is the first', patches, async (story) => {
  await using world = await beginOn({ from: before, to: [after] })
  const { model, write } = world
  await using writer = write()
  await letFirstGo(world)
  assert.deepEqual(await versionsOf(model), [before, before, after])
  model.removeUnit('etcd/2')
  await comeToRest(model, story)
  assert.deepEqual(await versionsOf(model), [before, after])
  assert.match(
    model.unit('etcd/0').app.status.message,
    /^refresh waits: check etcd\/1, then run resume-refresh on etcd\/0/,
  )
  await resume(world, 'etcd/0')
  assert.deepEqual(await versionsOf(model), [after, after])
  await finishUnharmed(writer, story.name, story)
  await assertSound(model)
})

test(
  'a client that joins while it waits is served at once, and nobody goes because of it',
  patches,
  async (story) => {
    await using world = await beginOn({ from: before, to: [after] })
    const { model, write } = world
    await using writer = write()
    const begun = Date.now()
    await letFirstGo(world)
    await model.deploy('shop', { archive: archives.client, config: { prefix: '/shop/' } })
    await model.settle()
    const { id } = model.integrate('etcd:etcd-client', 'shop:etcd')
    await comeToRest(model, story)
    assert.deepEqual(await versionsOf(model), [before, before, after])
    const shop = connectAs(model, id, 'shop')
    await shop.put('/shop/key', 'value')
    shop.close()
    await resume(world, 'etcd/1')
    assert.deepEqual(await versionsOf(model), [after, after, after])
    await finishUnharmed(writer, story.name, story)
    await assertOneAwayAtATime(model, begun)
    await assertSound(model)
  },
)

for (const [who, next] of [
  ['a unit whose turn comes later', 'etcd/0'],
  ['the next unit', 'etcd/1'],
  ['the unit that has gone', 'etcd/2'],
] as const)
  test(
    `the machine of ${who} stops: the others wait, say so, and go on once it is back`,
    patches,
    async (story) => {
      await using world = await beginOn({ from: before, to: [after], config: freely })
      const { model, write } = world
      await using writer = write()
      const begun = Date.now()
      await goHalfWay(world, after, 'etcd/2')
      await model.cutOff(next)
      if (next === 'etcd/0') model.passLeadership('etcd', 'etcd/1')
      const stopped = Date.now()
      await model.settle()
      await model.updateStatus('etcd')
      await comeToRest(model, story)
      const { 'etcd/0': zero, 'etcd/1': one, 'etcd/2': two } = await startsSince(model, stopped)
      assert.deepEqual([zero, one, two], [0, 0, 0])
      const { app } = model.unit('etcd/1')
      assert.match(app.status.message, new RegExp(next.replace('/', '.')))
      await model.plugIn(next)
      await comeToRest(model, story)
      assert.deepEqual(await versionsOf(model), [after, after, after])
      await finishUnharmed(writer, story.name, story)
      await assertOneAwayAtATime(model, begun)
      await assertSound(model)
    },
  )
