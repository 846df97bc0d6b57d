// On the emulator alone: members stand still while the test counts seconds.
// Of two members neither may stop before it has left: the one that stays would have lost its quorum. And where one goes without having left,
// half of the members go on by themselves.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, raftRoles, unitsOf } from './chaos/cluster.ts'
import { signal } from './chaos/disturbance.ts'
import { assertWrites, deployServed, read } from './chaos/units.ts'
import { openWorld } from './world.ts'

/** Its hooks die once at each place where they say or write something, the end of each among them. */
function killOnTheWayOut(model: Model, leaving: string): void {
  const [telling, done] = [new Set(['juju-log', 'relation-set', 'status-set', 'exit']), new Set<string>()]
  let [hooks, trail] = [0, '']
  model.killHooks((unit, tool) => {
    if (unit !== leaving) return false
    trail += ` ${tool}`
    const point = `${hooks}${trail}`
    const dies = telling.has(tool) && !done.has(point)
    done.add(point)
    if (tool === 'exit' && !dies) hooks += 1
    if (tool === 'exit' || dies) trail = ''
    return dies
  })
}

/** Longer than one request waits, and than etcd takes to elect a leader. */
const hesitation = 15_000

const rows: readonly (readonly [what: string, units: number, leave: (model: Model) => Promise<unknown>])[] = [
  [
    'the other one comes back after a crash',
    2,
    async (model) => {
      const { leader, follower } = await raftRoles(model)
      await signal(model, 'KILL', [leader])
      model.removeUnit(follower)
      return model.settle()
    },
  ],
  [
    'the etcd of the one that leaves has died',
    2,
    async (model) => {
      const { follower } = await raftRoles(model)
      await signal(model, 'KILL', [follower])
      model.removeUnit(follower)
      return model.settle()
    },
  ],
  [
    'the machine of the other one is lost',
    2,
    async (model) => {
      await model.loseUnit((await raftRoles(model)).follower)
      return model.settle()
    },
  ],
  [
    'hooks of the one that leaves are killed wherever they can be',
    2,
    async (model) => {
      const { follower } = await raftRoles(model)
      killOnTheWayOut(model, follower)
      model.removeUnit(follower)
      await model.settle()
      model.killHooks(() => false)
    },
  ],
  [
    'the other one does not answer for a while',
    2,
    async (model) => {
      const { leader, follower } = await raftRoles(model)
      await signal(model, 'STOP', [leader])
      model.removeUnit(follower)
      const settled = model.settle()
      await sleep(hesitation)
      await signal(model, 'CONT', [leader])
      return settled
    },
  ],
  [
    'two of three leave at the same time',
    3,
    async (model) => {
      for (const unit of unitsOf(model).slice(0, 2)) model.removeUnit(unit)
      return model.settle()
    },
  ],
]

for (const [what, units, leave] of rows)
  test(`one stays and serves, although ${what}`, async () => {
    await using model = await openWorld({ parallel: 3 })
    const relation = await deployServed(model, units)
    await leave(model)
    await heal(model)
    assert.equal(unitsOf(model).length, 1)
    await assertSound(model)
    await assertWrites(model, relation, '/web/after')
  })

test('one of two is lost, and the unit that takes its place leads before it has joined: the other one goes on, and it joins', async () => {
  await using model = await openWorld()
  const relation = await deployServed(model, 2)
  await model.loseUnit((await raftRoles(model)).follower)
  await model.settle()
  const { name } = await model.addUnit('etcd')
  model.passLeadership('etcd', name)
  await model.settle()
  await heal(model)
  assert.equal(unitsOf(model).length, 2)
  await assertSound(model)
  await assertWrites(model, relation, '/web/after')
})

test('two of four are lost, which leaves no quorum: the two that stay have all that was agreed on, and go on', async () => {
  await using model = await openWorld()
  const relation = await deployServed(model, 4)
  await assertWrites(model, relation, '/web/before')
  for (const unit of unitsOf(model).slice(0, 2)) await model.loseUnit(unit)
  await model.settle()
  await heal(model)
  assert.deepEqual(unitsOf(model), ['etcd/2', 'etcd/3'])
  await assertSound(model)
  await assertWrites(model, relation, '/web/after')
  assert.equal(await read(model, 'etcd/3', '/web/before'), '1')
})
