// On the emulator alone: hooks are killed at every step, and the snap store has several releases of etcd.
// The charm's processes are killed at every step of a refresh, on each unit: before it, after it, at each hook tool that follows and before
// the commit. So are those of a release that does not run, of a minor upgrade, and of a downgrade that can't go on. The members come to rest
// on what is pinned, each was away for one start, one at a time, and nothing that a client was acknowledged is lost.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { assertSound, unitsOf } from './chaos/cluster.ts'
import { killEverywhere } from './kill-everywhere.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  type Refreshing,
  startsSince,
  versionsOf,
} from './refreshing.ts'
import { missing, type Version } from './releases.ts'

const freely = { 'pause-after-unit-refresh': 'none' }

interface Chapter {
  readonly name: string
  readonly run: (world: Refreshing, story: TestContext) => Promise<void>
  readonly version: Version
  /** Of each unit, in their order. */
  readonly starts: readonly number[]
  /** What is killed at least once in it. */
  readonly steps: readonly string[]
  /** A release is refused now, and the status says so. */
  readonly refused?: RegExp
}

const ordinary = ['workload/fetch', 'service/restart', 'version/set', 'peer-unit/write', 'access/record']
const failing = ['workload/fetch', 'service/restart', 'service/go-back', 'peer-unit/write']

const chapters: readonly Chapter[] = [
  {
    name: 'a patch goes up',
    run: ({ refresh }) => refresh('3.5.30'),
    version: '3.5.30',
    starts: [1, 1, 1],
    steps: ordinary,
  },
  {
    name: 'a release does not run',
    async run({ offer, refresh }) {
      await offer(['3.5.16', '3.5.30', '3.6.4', '3.6.16'], { broken: '3.6.4' })
      await refresh('3.6.4')
    },
    version: '3.5.30',
    starts: [0, 0, 2],
    steps: failing,
    refused: /^etcd does not run with revision 204 of the snap.* and went back/,
  },
  {
    name: 'the charm goes back from it',
    run: ({ refresh }) => refresh('3.5.30'),
    version: '3.5.30',
    starts: [0, 0, 0],
    steps: ['refusal/forget', 'peer-unit/write'],
  },
  {
    name: 'a minor version goes up',
    async run(world, story) {
      await world.refresh('3.6.16')
      await comeToRest(world.model, story)
      assert.deepEqual(await versionsOf(world.model), ['3.5.30', '3.6.16', '3.6.16'])
      await act(world.model, 'etcd/0', 'resume-refresh')
    },
    version: '3.6.16',
    starts: [1, 1, 1],
    steps: ordinary,
  },
  {
    name: 'a downgrade can’t go on, and is taken back',
    async run({ model, offer, refresh }) {
      await act(model, leaderOf(model), 'downgrade-cluster', { target: '3.5', confirm: true })
      await offer(['3.5.16', '3.5.30', '3.6.16'], { broken: '3.5.16' })
      await refresh('3.5.16')
    },
    version: '3.6.16',
    starts: [0, 0, 2],
    steps: [...failing, 'downgrade/cancel'],
    refused: /^etcd does not run with revision 116 of the snap.* and went back/,
  },
  {
    name: 'one that can goes down',
    async run({ model, refresh }) {
      await act(model, leaderOf(model), 'downgrade-cluster', { target: '3.5', confirm: true })
      await refresh('3.5.30')
    },
    version: '3.5.30',
    starts: [1, 1, 1],
    steps: [...ordinary, 'refusal/forget'],
  },
]

type Model = Refreshing['model']

const leaderOf = (model: Model): string => model.unit('etcd/0').app.leader ?? ''

/** Juju runs a killed action no more: an operator runs it again, and may find that all is done. */
async function act(...[model, ...what]: [Model, ...Parameters<Model['runAction']>]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { status, message } = await model.runAction(...what)
    if (status === 'completed' || message === 'no refresh is in progress') return
    assert.ok(tries < 40, `${what[1]}: ${message}`)
  }
}

async function live(world: Refreshing, chapter: Chapter, story: TestContext): Promise<void> {
  const { model, write } = world
  await using writer = write(`/web/${chapters.indexOf(chapter)}/`)
  const begun = Date.now()
  const told = killEverywhere(model, { onEachUnit: true })
  await chapter.run(world, story)
  await comeToRest(model, story)
  story.diagnostic(`${told.kills} kills at ${[...told.killed].toSorted().join(', ')}`)
  const { version, steps, refused } = chapter
  assert.deepEqual(
    await versionsOf(model),
    unitsOf(model).map(() => version),
  )
  assert.deepEqual(Object.values(await startsSince(model, begun)), chapter.starts)
  assert.deepEqual(
    [...steps, ...told.steps].filter((step) => !told.killed.has(step)),
    [],
  )
  if (chapter.starts.some((count) => count > 0)) await assertOneAwayAtATime(model, begun)
  if (refused) assert.match(model.unit('etcd/2').workload.message, refused)
  else await assertSound(model)
  await finishUnharmed(writer, chapter.name, story)
}

test('whatever step of a refresh is killed, the members come to rest on the release that is pinned', {
  skip: missing('3.5.16', '3.5.30', '3.6.4', '3.6.16'),
}, async (story) => {
  await using world = await beginOn({
    from: '3.5.16',
    to: ['3.5.30', '3.6.4', '3.6.16'],
    config: freely,
  })
  for (const chapter of chapters) await story.test(chapter.name, (inner) => live(world, chapter, inner))
  const { model } = world
  const health = await model.runAction(leaderOf(model), 'health')
  assert.deepEqual([health.results['all-as-pinned'], health.results['cluster-version']], ['true', '3.5.0'])
})
