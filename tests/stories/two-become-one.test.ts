// On the emulator alone: members stand still while the test counts seconds.
// Of two members neither may stop before it has left: the one that stays would have lost its quorum, and nobody could mend it.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, raftRoles, unitsOf } from './chaos/cluster.ts'
import { signal } from './chaos/disturbance.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { openWorld } from './world.ts'

/** Longer than one request waits, and than etcd takes to elect a leader. */
const hesitation = 15_000

const rows: readonly (readonly [what: string, units: number, leave: (model: Model) => Promise<unknown>])[] = [
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
