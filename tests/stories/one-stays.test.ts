// Of two members neither may stop before it has left: the one that stays would have lost its quorum, and nobody could mend it. With hooks
// killed and machines lost on the way it is in two-become-one.test.ts.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoryModel } from './driver/driver.ts'
import { story } from './driver/story.ts'
import { assertSound, assertWrites, deployServed, heal, raftRoles, runOn, unitsOf } from './sound.ts'

/** Longer than one request waits, and than etcd takes to elect a leader. */
const hesitation = 15_000

async function signal(model: StoryModel, name: 'KILL' | 'STOP' | 'CONT', unit: string): Promise<void> {
  await runOn(model, unit, `pkill -${name} -x etcd`)
}

const rows: readonly (readonly [what: string, units: number, leave: (model: StoryModel) => Promise<void>])[] =
  [
    [
      'the other one does not answer for a while',
      2,
      async (model) => {
        const { leader, follower } = await raftRoles(model)
        await signal(model, 'STOP', leader)
        await model.removeUnit(follower)
        const settled = model.settle()
        await sleep(hesitation)
        await signal(model, 'CONT', leader)
        await settled
      },
    ],
    [
      'the other one comes back after a crash',
      2,
      async (model) => {
        const { leader, follower } = await raftRoles(model)
        await signal(model, 'KILL', leader)
        await model.removeUnit(follower)
        await model.settle()
      },
    ],
    [
      'two of three leave at the same time',
      3,
      async (model) => {
        for (const unit of (await unitsOf(model)).slice(0, 2)) await model.removeUnit(unit)
        await model.settle()
      },
    ],
  ]

for (const [what, units, leave] of rows)
  story(`one stays and serves, although ${what}`, { ownModel: true }, async (told) => {
    const { model } = told
    const relation = await deployServed(model, units)
    await leave(model)
    await heal(model)
    assert.equal((await unitsOf(model)).length, 1)
    await assertSound(told)
    await assertWrites(model, relation, '/web/after')
  })
