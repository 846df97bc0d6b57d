// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// Five members go through all of them, one after the other: a patch, a minor version to a release between, and its last one. All the while a
// client writes, and loses nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  startsSince,
  versionsOf,
} from './refreshing.ts'
import { missing, type Version } from './releases.ts'

const all = { skip: missing('3.5.16', '3.5.30', '3.6.4', '3.6.16') }

test('five members, from release to release', all, async (story) => {
  const config = { 'pause-after-unit-refresh': 'none' }
  const { model, refresh, write } = await beginOn({
    from: '3.5.16',
    to: ['3.5.30', '3.6.4', '3.6.16'],
    units: 5,
    config,
  })
  const run = async (...versions: readonly Version[]): Promise<void> =>
    assert.deepEqual(await versionsOf(model), versions)
  /** Once each, one after the other, and whoever waits or has gone already is left alone. */
  const goes = async (
    to: Version,
    upTo: readonly Version[],
    starts: Readonly<Record<string, number>>,
    begin = () => refresh(to),
  ): Promise<void> => {
    await using writer = write(`/web/${to}/${upTo.length}/`)
    const begun = Date.now()
    await begin()
    await comeToRest(model, story)
    await run(...upTo)
    assert.deepEqual(await startsSince(model, begun), starts)
    await finishUnharmed(writer, `to ${to}`, story)
    await assertOneAwayAtATime(model, begun)
    // Before the last one everybody serves, and the status waits for its human.
    if (new Set(upTo).size === 1) await assertSound(model)
  }
  const once = { 'etcd/0': 1, 'etcd/1': 1, 'etcd/2': 1, 'etcd/3': 1, 'etcd/4': 1 }
  await goes('3.5.30', ['3.5.30', '3.5.30', '3.5.30', '3.5.30', '3.5.30'], once)
  await goes('3.6.4', ['3.5.30', '3.6.4', '3.6.4', '3.6.4', '3.6.4'], { ...once, 'etcd/0': 0 })
  assert.match(
    model.unit('etcd/0').app.status.message,
    /^point of no return: check the 4 refreshed units, then run resume-refresh on etcd\/0; back: juju refresh etcd --path FILE \(FILE: the charm of revision 1\)$/,
  )
  const alone = { 'etcd/0': 1, 'etcd/1': 0, 'etcd/2': 0, 'etcd/3': 0, 'etcd/4': 0 }
  await goes('3.6.4', ['3.6.4', '3.6.4', '3.6.4', '3.6.4', '3.6.4'], alone, async () => {
    const resumed = await model.runAction('etcd/0', 'resume-refresh')
    assert.equal(resumed.status, 'completed', resumed.message)
  })
  await goes('3.6.16', ['3.6.16', '3.6.16', '3.6.16', '3.6.16', '3.6.16'], once)
})
