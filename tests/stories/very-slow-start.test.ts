// On the emulator alone: etcd’s start is slowed down.
// Starts of 200 s, longer than any hook waits and longer than the lease of the lock.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { assertWrites } from './chaos/units.ts'
import { deploySlow, slowStarts, startsOf } from './next-start.ts'
import { responsesOf } from './world.ts'

describe('members whose etcd takes 200 s to start', { concurrency: true }, () => {
  for (const units of [1, 3] as const)
    test(`${units} of them are restarted once each, never two at a time, and say so`, {
      timeout: 1_800_000,
    }, async () => {
      const model = await deploySlow(units, 200)
      const before = await startsOf(model)
      const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
      await model.settle()
      for (let round = 0; round < 120 && responsesOf(model, id).length === 0; round += 1) {
        await model.updateStatus('etcd')
        await sleep(5000)
      }
      await heal(model)
      const after200 = await startsOf(model)
      assert.deepEqual(
        unitsOf(model).map((unit) => (after200[unit] ?? 0) - (before[unit] ?? 0)),
        unitsOf(model).map(() => 1),
      )
      for (const unit of unitsOf(model))
        assert.ok(
          told(model, unit).some((message) =>
            /^waiting for etcd to start: it reads its data since/.test(message),
          ),
          unit,
        )
      await slowStarts(model, 0)
      await assertWrites(model, id, '/web/a')
      await assertSound(model)
    })
})

/** Each status that a unit has had. */
function told(model: Model, unit: string): readonly string[] {
  const runs = model.tables.journal.filter((run) => run.unit === unit)
  return runs.flatMap(({ calls }) =>
    calls.flatMap(({ tool, args }) => (tool === 'status-set' ? [args.at(-1) ?? ''] : [])),
  )
}
