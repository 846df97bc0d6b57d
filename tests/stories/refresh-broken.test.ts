// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// A refresh of etcd to a release that does not run: the first unit goes back by itself, and no other tries it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import { beginOn, comeToRest, finishUnharmed, startsSince, versionsOf } from './refreshing.ts'
import { missing } from './releases.ts'

const patches = { skip: missing('3.5.16', '3.5.30') }

test(
  'a release that does not run is left again by the one unit that tried it, and no other goes',
  patches,
  async (story) => {
    const { model, offer, refresh, write } = await beginOn({ from: '3.5.16', to: ['3.5.30'] })
    await offer(['3.5.16', '3.5.30'], { broken: '3.5.30' })
    const begun = Date.now()
    await using writer = write()
    await refresh('3.5.30')
    await comeToRest(model, story)
    assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16', '3.5.16'])
    assert.deepEqual(model.unit('etcd/2').workload.status, 'blocked')
    assert.match(
      model.unit('etcd/2').workload.message,
      /^etcd does not run with revision 130 of the snap.* and went back; refresh the charm to a revision that pins another, or back to the one before/,
    )
    assert.match(
      model.unit('etcd/1').workload.message,
      /^etcd 3\.5\.30 is not taken: it did not run on etcd\/2/,
    )
    const starts = await startsSince(model, begun)
    assert.deepEqual([starts['etcd/0'], starts['etcd/1']], [0, 0])
    await refresh('3.5.16')
    await model.settle()
    await heal(model)
    await finishUnharmed(writer, 'a unit that fails', story)
    await assertSound(model)
  },
)
