// On the emulator alone: it is the juju driver that is tried here, before the emulator.
// The juju driver, tried: stories run through a `juju` that stands before the emulator, know nothing of it, and skip by name what a
// controller can't give.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { Profile } from './driver/driver.ts'
import { openFront } from './driver/front/open-front.ts'
import { openWorld } from './world.ts'

const stories = (process.env.THROUGH_JUJU ?? 'main-job').split(' ')

for (const profile of ['3.6', '4.0'] as const)
  test(`${stories.join(' and ')}, through juju ${profile}`, (t) => runThrough(profile, t))

async function runThrough(profile: Profile, t: TestContext): Promise<void> {
  await using front = await openFront(() => openWorld({ profile }))
  const files = stories.map((name) => `${import.meta.dirname}/${name}.test.ts`)
  const flags = ['--disable-warning=DEP0123', '--test', '--test-concurrency=1', '--test-reporter=tap']
  // As on a machine that has no emulator.
  const { NODE_TEST_CONTEXT: _, EMULATOR_CACHE: __, ...env } = process.env
  const child = spawn(process.execPath, [...flags, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...env,
      PATH: `${front.folder}:${process.env.PATH}`,
      STORY_DRIVER: 'juju',
      STORY_MODELS: 'stories',
      JUJU_PROFILE: profile,
      DEADLINE: '5',
      QUIET: '0.5',
    },
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.equal(code, 0, said)
  const skipped = said.split('\n').filter((line) => line.includes('# SKIP'))
  assert.ok(
    skipped.some((line) => /SKIPPED by the juju driver: needs .* \(journal\)/.test(line)),
    said,
  )
  for (const line of skipped) t.diagnostic(line.trim())
  assert.deepEqual([...front.controller.models.keys()], ['stories'])
}
