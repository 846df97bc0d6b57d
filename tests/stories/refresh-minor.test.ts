// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// A refresh of etcd to the next minor version: it stops before the last unit, or before the first where the patch is not safe to leave.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  startsSince,
  versionsOf,
} from './refreshing.ts'
import { missing } from './releases.ts'

const minors = { skip: missing('3.5.16', '3.5.30', '3.6.16') }

test(
  'a minor version goes up, and stops before the last unit, whatever the option says',
  minors,
  async (story) => {
    const { model, refresh, write } = await beginOn({
      from: '3.5.30',
      to: ['3.6.16'],
      config: { 'pause-after-unit-refresh': 'none' },
    })
    const begun = Date.now()
    await using writer = write()
    await refresh('3.6.16')
    await comeToRest(model, story)
    assert.deepEqual(await versionsOf(model), ['3.5.30', '3.6.16', '3.6.16'])
    assert.match(
      model.unit('etcd/0').app.status.message,
      /^point of no return: check etcd\/2, etcd\/1, then run resume-refresh on etcd\/0; back: juju refresh etcd --path FILE \(FILE: the charm of revision 0\)$/,
    )
    const resumed = await model.runAction('etcd/0', 'resume-refresh')
    assert.equal(resumed.status, 'completed', resumed.message)
    await model.settle()
    await heal(model)
    assert.deepEqual(await versionsOf(model), ['3.6.16', '3.6.16', '3.6.16'])
    await finishUnharmed(writer, 'minor up', story)
    await assertOneAwayAtATime(model, begun)
    await assertSound(model)
  },
)

test(
  'a minor version is refused from a patch that is not safe to leave, and nothing stops',
  minors,
  async (story) => {
    const { model, refresh, write } = await beginOn({ from: '3.5.16', to: ['3.6.16'] })
    const begun = Date.now()
    await using writer = write()
    await refresh('3.6.16')
    await comeToRest(model, story)
    assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16', '3.5.16'])
    assert.deepEqual(await startsSince(model, begun), { 'etcd/0': 0, 'etcd/1': 0, 'etcd/2': 0 })
    assert.equal(
      model.unit('etcd/2').workload.message,
      'etcd 3.6.16 is not taken: members that it promoted fall back to learners in the next line; refresh to 3.5.26 or newer first',
    )
    await finishUnharmed(writer, 'refused minor', story)
  },
)
