// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// A refresh of etcd from unit to unit: highest number first, with a pause after the first, and nobody is kept waiting.

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

const patches = { skip: missing('3.5.16', '3.5.30') }
const minors = { skip: missing('3.5.16', '3.5.30', '3.6.16') }

test('a patch goes up from unit to unit and waits after the first one', patches, async (story) => {
  const { model, refresh, write } = await beginOn({ from: '3.5.16', to: ['3.5.30'] })
  assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16', '3.5.16'])
  const leader = model.unit('etcd/0').app.leader ?? ''
  const ready = await model.runAction(leader, 'pre-refresh-check')
  const { result, rollback } = ready.results
  assert.deepEqual([result, rollback], ['ready to be refreshed', 'juju refresh etcd --revision 0'])
  const begun = Date.now()
  await using writer = write()
  await refresh('3.5.30')
  await comeToRest(model, story)
  assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16', '3.5.30'])
  assert.equal(
    (await model.runAction(leader, 'pre-refresh-check')).message,
    'a refresh is in progress; see juju status',
  )
  const { results: plan } = await model.runAction('etcd/1', 'plan')
  story.diagnostic(JSON.stringify(plan))
  assert.equal(plan.steps, 'none')
  assert.match(String(plan.refresh), /resume-refresh/)
  const { app, workload } = model.unit('etcd/0')
  const { status, message } = app.status
  const words =
    'refresh waits: check etcd/2, then run resume-refresh on etcd/1; back: juju refresh etcd --revision 0'
  assert.deepEqual([status, message, app.version], ['blocked', words, '3.5.30'])
  assert.deepEqual(workload, {
    status: 'active',
    message: 'etcd 3.5.16 running (outdated, 3.5.30 is pinned); snap revision 116; charm revision 1',
  })
  const wrong = await model.runAction('etcd/0', 'resume-refresh')
  assert.equal(wrong.message, 'run it on etcd/1, which is next')
  const resumed = await model.runAction('etcd/1', 'resume-refresh')
  assert.equal(resumed.status, 'completed', resumed.message)
  await model.settle()
  await heal(model)
  assert.deepEqual(await versionsOf(model), ['3.5.30', '3.5.30', '3.5.30'])
  await finishUnharmed(writer, 'patch up', story)
  await assertOneAwayAtATime(model, begun)
  await assertSound(model)
})

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
      /^point of no return: check etcd\/2, etcd\/1, then run resume-refresh on etcd\/0; back: juju refresh etcd --revision 0$/,
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
