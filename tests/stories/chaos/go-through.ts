// A cluster goes through the disturbances of one kind, one after the other, while a client writes: every write that etcd
// acknowledged is read back, and the charm ends where it was.

import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { after, type TestContext, test } from 'node:test'
import { archives, openWorld, seed } from '../world.ts'
import { assertSound, heal } from './cluster.ts'
import type { Disturbance } from './disturbance.ts'
import { Writer } from './writer.ts'
import { emulated } from '../driver/emulated-model.ts'

/** Names of the disturbances to run, as a regular expression. */
const only = process.env.CHAOS_ONLY ?? ''
const members = Number(process.env.CHAOS_MEMBERS ?? 3)

export function goThrough(kind: string, all: readonly Disturbance[]): void {
  const disturbances = all.filter(({ name }) => new RegExp(only).test(name))
  if (disturbances.length === 0) return
  test(`${members} members go through what happens to ${kind}, seed ${seed}`, (t) =>
    goThroughEach(t, disturbances))
}

async function goThroughEach(t: TestContext, disturbances: readonly Disturbance[]): Promise<void> {
  const model = await openWorld({ parallel: members })
  after(() => model[Symbol.asyncDispose]())
  const memoryStorage = { data: '512M' }
  await model.deploy('etcd', { archive: archives.etcd, units: members, memoryStorage })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()

  let before: string | undefined
  for (const [nth, { name, disturb }] of disturbances.entries()) {
    await t.test(name, async (story) => {
      const newcomer = `client-${String.fromCharCode(97 + nth)}`
      await model.deploy(newcomer, { archive: archives.client, config: { prefix: `/${newcomer}/` } })
      await using writer = new Writer(emulated(model), id, 'web', `/web/${nth}/`)
      // During each of these a client is onboarded, and another one leaves.
      model.integrate('etcd:etcd-client', `${newcomer}:etcd`)
      if (before !== undefined) model.removeApplication(before)
      before = newcomer
      await disturb(model)
      const runs = (await model.settle()).length + (await heal(model))
      const history = await writer.finish()
      assert.ok(history.acknowledged > 0)
      await assertSound(model)
      record(story, { name, members, seed, runs, ...history })
    })
  }
}

function record(story: { diagnostic(text: string): void }, row: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify(row)
  story.diagnostic(line)
  if (process.env.CHAOS_LOG) appendFileSync(process.env.CHAOS_LOG, `${line}\n`)
}
