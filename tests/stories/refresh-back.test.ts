// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// The ways back from a refresh: half-way through a patch, before the last unit of a minor upgrade, and after it only by etcd's own downgrade.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  finishUnharmed,
  type Refreshing,
  startsSince,
  statusLines,
  versionsOf,
} from './refreshing.ts'
import { missing } from './releases.ts'

const patches = { skip: missing('3.5.16', '3.5.30') }
const minors = { skip: missing('3.5.30', '3.6.16') }
const freely = { 'pause-after-unit-refresh': 'none' }

async function settled({ model }: Refreshing): Promise<readonly string[]> {
  await model.settle()
  await heal(model)
  return versionsOf(model)
}

/** Members agree on it a few seconds after they may. */
async function untilClusterVersion(model: Refreshing['model'], version: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { results } = await model.runAction('etcd/0', 'health')
    if (results['cluster-version'] === version) return
    assert.ok(tries < 30, `cluster version ${results['cluster-version']}`)
    await sleep(500)
  }
}

test('a rollback half-way takes back who had moved, and asks nobody', patches, async (story) => {
  const world = await beginOn({ from: '3.5.16', to: ['3.5.30'] })
  const { model, refresh, write } = world
  await using writer = write()
  await refresh('3.5.30')
  assert.deepEqual(await settled(world), ['3.5.16', '3.5.16', '3.5.30'])
  const begun = Date.now()
  await refresh('3.5.16')
  assert.deepEqual(await settled(world), ['3.5.16', '3.5.16', '3.5.16'])
  const { 'etcd/0': zero, 'etcd/1': one, 'etcd/2': two } = await startsSince(model, begun)
  assert.deepEqual([zero, one, two], [0, 0, 1])
  await assertSound(model)
  // And forward again, which is no way back: it waits after the first one, as before.
  await refresh('3.5.30')
  assert.deepEqual(await settled(world), ['3.5.16', '3.5.16', '3.5.30'])
  await finishUnharmed(writer, 'rollback half-way', story)
})

test(
  'a minor upgrade goes back before its last unit, and what was written meanwhile stays',
  minors,
  async (story) => {
    const world = await beginOn({ from: '3.5.30', to: ['3.6.16'], config: freely })
    const { model, refresh, write } = world
    await using writer = write()
    const begun = Date.now()
    await refresh('3.6.16')
    assert.deepEqual(await settled(world), ['3.5.30', '3.6.16', '3.6.16'])
    await refresh('3.5.30')
    assert.deepEqual(await settled(world), ['3.5.30', '3.5.30', '3.5.30'])
    await finishUnharmed(writer, 'minor rollback before the last', story)
    await assertOneAwayAtATime(model, begun)
    await assertSound(model)
  },
)

test('after its last unit a minor upgrade goes back by downgrade-cluster alone', minors, async (story) => {
  const world = await beginOn({ from: '3.5.30', to: ['3.6.16'], config: freely })
  const { model, refresh, write } = world
  await using writer = write()
  await refresh('3.6.16')
  await settled(world)
  await model.runAction('etcd/0', 'resume-refresh')
  assert.deepEqual(await settled(world), ['3.6.16', '3.6.16', '3.6.16'])

  // Asked for by mistake, and taken back: nobody goes.
  const mistaken = Date.now()
  for (const words of [{ target: '3.5', confirm: true }, { cancel: true }]) {
    const said = await model.runAction(model.unit('etcd/0').app.leader ?? '', 'downgrade-cluster', words)
    assert.equal(said.status, 'completed', said.message)
  }
  await untilClusterVersion(model, '3.6.0')
  assert.deepEqual(await startsSince(model, mistaken), { 'etcd/0': 0, 'etcd/1': 0, 'etcd/2': 0 })

  const refused = Date.now()
  await refresh('3.5.30')
  assert.deepEqual(await settled(world), ['3.6.16', '3.6.16', '3.6.16'])
  for (const line of statusLines(model)) story.diagnostic(line)
  assert.match(
    model.unit('etcd/2').workload.message,
    /^etcd 3\.5\.30 is not taken: all members agreed on a later line, and etcd would not start; run downgrade-cluster target='"3\.5"' confirm=true first/,
  )
  assert.deepEqual(await startsSince(model, refused), { 'etcd/0': 0, 'etcd/1': 0, 'etcd/2': 0 })
  // A machine that reboots meanwhile comes back as it was.
  await model.reboot('etcd/1')
  assert.deepEqual(await settled(world), ['3.6.16', '3.6.16', '3.6.16'])

  const leader = model.unit('etcd/0').app.leader ?? ''
  const dry = await model.runAction(leader, 'downgrade-cluster', { target: '3.5' })
  assert.equal(dry.status, 'completed', dry.message)
  assert.match(String(dry.results.done), /^nothing; etcd says that it may/)
  const far = await model.runAction(leader, 'downgrade-cluster', { target: '3.4', confirm: true })
  assert.match(far.message, /^refused: etcd goes down one line at a time/)
  const begun = Date.now()
  const done = await model.runAction(leader, 'downgrade-cluster', { target: '3.5', confirm: true })
  assert.equal(done.status, 'completed', done.message)
  await untilClusterVersion(model, '3.5.0')
  assert.deepEqual(await settled(world), ['3.5.30', '3.5.30', '3.5.30'])
  await finishUnharmed(writer, 'downgrade by action', story)
  await assertOneAwayAtATime(model, begun)
  const health = await model.runAction(leader, 'health')
  assert.deepEqual([health.results['all-as-pinned'], health.results['cluster-version']], ['true', '3.5.0'])
  await assertSound(model)
  assert.equal(unitsOf(model).length, 3)
})
