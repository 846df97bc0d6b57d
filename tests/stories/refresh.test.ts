// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// A refresh of etcd from unit to unit: highest number first, with a pause after the first, and nobody is kept waiting.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertOneAwayAtATime, beginOn, comeToRest, finishUnharmed, versionsOf } from './refreshing.ts'
import { missing } from './releases.ts'

const patches = { skip: missing('3.5.16', '3.5.30') }

test('a patch goes up from unit to unit and waits after the first one', patches, async (story) => {
  const { model, refresh, write } = await beginOn({ from: '3.5.16', to: ['3.5.30'] })
  assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16', '3.5.16'])
  const leader = model.unit('etcd/0').app.leader ?? ''
  const ready = await model.runAction(leader, 'pre-refresh-check')
  const { result, rollback } = ready.results
  assert.deepEqual(
    [result, rollback],
    ['ready to be refreshed', 'juju refresh etcd --path FILE (FILE: the charm of revision 0)'],
  )
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
    'refresh waits: check etcd/2, then run resume-refresh on etcd/1; back: juju refresh etcd --path FILE (FILE: the charm of revision 0)'
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
