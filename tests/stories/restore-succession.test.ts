// On the emulator alone: leadership is passed on at a moment of the story's choosing, and cables are pulled.
// Juju names another leader while a restore is prepared, and while it waits: the one comes to nothing, in words, and the other goes on, or is
// taken back by whoever leads by then.

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { dataFolder } from './chaos/disturbance.ts'
import { assertWrites, countKeys, deployServed, setAsideOn } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { saveSnapshot } from './snapshots.ts'
import { openWorld } from './world.ts'

const [first, second, third] = ['etcd/0', 'etcd/1', 'etcd/2'] as const

async function write(model: Model, relation: number, prefix: string): Promise<number> {
  await using writer = new Writer(emulated(model), relation, 'web', prefix)
  await sleep(500)
  return (await writer.finish()).acknowledged
}

test('leadership goes elsewhere in the middle of a restore', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  model.passLeadership('etcd', first)
  await model.settle()
  const before = await write(model, id, '/web/before/')
  for (const unit of [first, second]) await saveSnapshot(emulated(model), unit, 'monday.db')
  const later = await write(model, id, '/web/after/')
  const restore = (unit: string, parameters: Readonly<Record<string, unknown>>) =>
    model.runAction(unit, 'restore', { confirm: true, ...parameters })
  const assertHas = async (after: number): Promise<void> => {
    await heal(model)
    await assertSound(model)
    for (const unit of unitsOf(model)) {
      assert.equal(await countKeys(model, unit, '/web/before/'), before)
      assert.equal(await countKeys(model, unit, '/web/after/'), after)
    }
  }

  await t.test('while it is prepared: it comes to nothing, in words, and leaves nothing', async () => {
    model.killHooks((unit, tool, args) => {
      const prepares = (args.at(-1) ?? '').startsWith('restore: making the data')
      if (unit === first && tool === 'juju-log' && prepares) model.passLeadership('etcd', second)
      return false
    })
    const { status, message } = await restore(first, { file: 'monday.db' })
    model.killHooks(() => false)
    assert.equal(status, 'failed')
    assert.match(message, /this unit leads no more; run it on the new leader/)
    await assertHas(later)
    for (const unit of unitsOf(model)) assert.equal(await setAsideOn(model, unit), 0)
  })

  const begin = async (): Promise<void> => {
    await model.cutOff(third)
    const begun = await restore(second, { file: 'monday.db' })
    assert.equal(begun.status, 'completed', begun.message)
    await model.settle()
    model.passLeadership('etcd', first)
    await model.settle()
    assert.match(
      model.unit(first).workload.message,
      /^restoring monday.db: waiting for etcd\/2 to stand still/,
    )
    const again = await restore(first, { file: 'monday.db' })
    assert.match(again.message, /monday.db is being restored already; etcd\/2 is waited for/)
  }

  await t.test('while it waits: the next leader takes it back', async () => {
    await begin()
    const undone = await restore(first, { undo: true })
    assert.equal(undone.results.done, 'the restore is taken back', undone.message)
    await model.plugIn(third)
    await assertHas(later)
  })

  /** What it was to restore is gone, and the leader that there is by now can't know whether it serves already. */
  const loseRestored = async (): Promise<void> => {
    model.passLeadership('etcd', second)
    await model.settle()
    await begin()
    await rm(model.unit(second).host.outside(`${dataFolder}/restored`), { recursive: true })
    await model.plugIn(third)
    await model.settle()
    await model.updateStatus('etcd')
    const { status, message } = model.unit(second).workload
    assert.equal(status, 'blocked')
    const way =
      'remove etcd/1, and the others go on with what they had; or run restore undo=true confirm=true on it once it leads'
    assert.equal(message, `what was to be restored from monday.db is gone from this unit; ${way}`)
    const refused = await restore(first, { undo: true })
    assert.equal(
      refused.message,
      `etcd/1 may serve with what was restored already; if its status says that this is gone, or its machine is gone: ${way.replace('remove etcd/1', 'juju remove-unit --force etcd/1')}`,
    )
  }

  await t.test('what it was to restore is gone: it takes that back once it leads', async () => {
    await loseRestored()
    assert.match(
      (await restore(second, { undo: true })).message,
      /^only the leader .*: juju run etcd\/leader restore undo=true confirm=true$/,
    )
    model.passLeadership('etcd', second)
    await model.settle()
    const undone = await restore(second, { undo: true })
    assert.equal(undone.results.done, 'the restore is taken back', undone.message)
    await assertHas(later)
  })

  await t.test('or lets it go on, on the unit that has the data', async () => {
    model.passLeadership('etcd', second)
    await model.settle()
    await begin()
    await model.plugIn(third)
    await assertHas(0)
    await assertWrites(model, id, '/web/again')
  })

  await t.test('or, its unit removed, the others go on with what they had', async () => {
    await loseRestored()
    await model.removeUnit(second)
    await model.settle()
    await assertHas(0)
    assert.deepEqual(unitsOf(model), [first, third])
    assert.equal(await countKeys(model, first, '/web/again'), 1)
    await assertWrites(model, id, '/web/on')
  })
})

test('the machine of the unit that restores is lost: the status tells how the others go on with what they had', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  model.passLeadership('etcd', first)
  await model.settle()
  await saveSnapshot(emulated(model), first, 'monday.db')
  const later = await write(model, id, '/web/after/')
  const restore = (unit: string, parameters: Readonly<Record<string, unknown>>) =>
    model.runAction(unit, 'restore', { confirm: true, ...parameters })
  // So that it waits, and is lost before it begins.
  await model.cutOff(third)
  const begun = await restore(first, { file: 'monday.db' })
  assert.equal(begun.status, 'completed', begun.message)
  await model.settle()
  await model.cutOff(first)
  await model.plugIn(third)
  model.passLeadership('etcd', second)
  await model.settle()
  await model.updateStatus('etcd')
  const way = `; if its machine is gone: juju remove-unit --force ${first}, and the others go on with what they had`
  for (const unit of [second, third]) {
    const { message } = model.unit(unit).workload
    assert.ok(message.startsWith('restoring monday.db: waiting for ') && message.endsWith(way), message)
  }
  assert.match((await restore(second, { undo: true })).message, /juju remove-unit --force etcd\/0, /)

  await model.loseUnit(first)
  await heal(model)
  await assertSound(model)
  for (const unit of [second, third]) assert.equal(await countKeys(model, unit, '/web/after/'), later)
  await assertWrites(model, id, '/web/on')
})

test('a unit whose machine is pending keeps no restore waiting', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  const leader = model.tables.applications.get('etcd')?.leader ?? ''
  const before = await write(model, id, '/web/before/')
  await saveSnapshot(emulated(model), leader, 'monday.db')
  const pending = await model.addUnit('etcd')
  await model.cutOff(pending.name)
  const begun = await model.runAction(leader, 'restore', { file: 'monday.db', confirm: true })
  assert.equal(begun.status, 'completed', begun.message)
  await heal(model)
  await model.loseUnit(pending.name)
  await heal(model)
  await assertSound(model)
  for (const unit of unitsOf(model)) assert.equal(await countKeys(model, unit, '/web/before/'), before)
})
