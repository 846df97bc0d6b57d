// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// A refresh of etcd to a release that does not run: the first unit goes back by itself, and no other tries it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import {
  beginOn,
  comeToRest,
  finishUnharmed,
  type Refreshing,
  startsSince,
  versionsOf,
} from './refreshing.ts'
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
    const back = /^etcd does not run with revision 130 of the snap.* and went back; refresh the charm to/
    const other = /^revision 130 of the snap.* is not taken: it did not run on etcd\/2; refresh the charm to/
    await refuses(model, 'etcd/2', 'resume-refresh', {}, back)
    await refuses(model, 'etcd/1', 'resume-refresh', {}, other)
    await refuses(model, 'etcd/2', 'force-refresh-start', { 'check-compatibility': false }, back)
    const starts = await startsSince(model, begun)
    assert.deepEqual([starts['etcd/0'], starts['etcd/1']], [0, 0])
    await refresh('3.5.16')
    await model.settle()
    await heal(model)
    await finishUnharmed(writer, 'a unit that fails', story)
    await assertSound(model)
  },
)

test('an order under which the unit tries it and goes back says so', patches, async (story) => {
  const { model, offer, refresh } = await beginOn({ from: '3.5.30', to: ['3.5.16'], units: 1 })
  await offer(['3.5.16', '3.5.30'], { broken: '3.5.16' })
  await refresh('3.5.16')
  await comeToRest(model, story)
  // An older patch is not taken without an order, so nobody has tried this one.
  assert.match(model.unit('etcd/0').workload.message, /an older patch brings its faults back/)
  const words = /^etcd does not run with revision 116 of the snap.* and went back; refresh the charm to/
  await refuses(model, 'etcd/0', 'force-refresh-start', { 'check-compatibility': false }, words)
  assert.deepEqual(await versionsOf(model), ['3.5.30'])
  assert.match(model.unit('etcd/0').workload.message, words)
  const { results } = await model.runAction('etcd/0', 'plan')
  assert.match(String(results.refresh), /^etcd\/0 stays: etcd does not run with revision 116/)
})

async function refuses(
  model: Refreshing['model'],
  unit: string,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
  words: RegExp,
): Promise<void> {
  const { status, message, results } = await model.runAction(unit, action, parameters)
  assert.equal(status, 'failed', JSON.stringify(results))
  assert.match(message, words)
}
