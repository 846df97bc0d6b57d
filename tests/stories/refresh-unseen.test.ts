// On the emulator alone: hooks fail where the story says so, and the snap store has several releases of etcd.
// Units whose new code never ran upgrade-charm: one was in error and was refreshed by force, of another an operator had Juju skip the hook.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  type Refreshing,
  versionsOf,
} from './refreshing.ts'
import { missing } from './releases.ts'

const freely = { 'pause-after-unit-refresh': 'none' }

/** Each try of these hooks fails, until other hooks are named. */
function fail({ model }: Refreshing, ...hooks: readonly string[]): void {
  model.killHooks((unit, tool, _args, hook) => tool === 'exit' && hooks.includes(`${unit} ${hook}`))
}

async function untilInError({ model }: Refreshing, unit: string, hook: string): Promise<void> {
  while (model.unit(unit).failed?.name !== hook)
    assert.ok(await model.runOne(), `nobody has anything to do, and ${hook} of ${unit} has not failed`)
}

test('a unit whose code never ran upgrade-charm comes to the pinned workload', {
  skip: missing('3.5.16', '3.5.30'),
}, async (story) => {
  await using world = await beginOn({ from: '3.5.16', to: ['3.5.30'], config: freely })
  const { model, refresh, write } = world
  await using writer = write()
  const begun = Date.now()
  fail(world, 'etcd/2 update-status', 'etcd/1 upgrade-charm', 'etcd/1 config-changed')
  model.unit('etcd/2').updateStatus = true
  await untilInError(world, 'etcd/2', 'update-status')
  const at = model.tables.journal.length
  await refresh('3.5.30', { forceUnits: true })
  for (const hook of ['upgrade-charm', 'config-changed']) {
    await untilInError(world, 'etcd/1', hook)
    model.skipFailedHook('etcd/1')
  }
  fail(world)
  await comeToRest(model, story)
  assert.deepEqual(await versionsOf(model), ['3.5.30', '3.5.30', '3.5.30'])
  const upgrades = model.tables.journal.slice(at).filter(({ hook }) => hook === 'upgrade-charm')
  assert.deepEqual(
    upgrades.filter(({ exit }) => exit === 0).map(({ unit }) => unit),
    ['etcd/0'],
  )
  assert.equal(
    upgrades.some(({ unit }) => unit === 'etcd/2'),
    false,
  )
  await finishUnharmed(writer, story.name, story)
  await assertOneAwayAtATime(model, begun)
  await assertSound(model)
})
