// On the emulator alone: hooks are killed at every step.
// An issuer of the operator's for peers and for clients comes, changes its root, and goes, while every hook of etcd's is killed wherever it can
// be; and two changes at once.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { Writer } from './chaos/writer.ts'
import { issuerCharm } from './driver/archives.ts'
import { emulated } from './driver/emulated-model.ts'
import { endpoints, issuersShown, type Role, untilShown } from './issuers.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { archives, openWorld } from './world.ts'

const { archive } = issuerCharm()
const roles: readonly Role[] = ['peer', 'server']
const ids = new Map<string, number>()

async function both(model: Model, issuer: RegExp): Promise<void> {
  for (const role of roles) await untilShown(emulated(model), role, issuer)
}

const chapters: readonly (readonly [string, RegExp, (model: Model) => Promise<void>])[] = [
  [
    'it comes, for peers and for clients at once',
    /^vault CA 1$/,
    async (model) => {
      for (const role of roles)
        ids.set(role, model.integrate(`etcd:${endpoints[role]}`, 'vault:certificates').id)
    },
  ],
  [
    'it changes its root, while the charm’s own authorities are replaced',
    /^vault CA 2$/,
    async (model) => {
      await model.runAction('vault/0', 'new-ca')
      await model.runAction('vault/0', 'revoke-all')
      await model.runAction('etcd/0', 'rotate-authorities')
    },
  ],
  [
    'it goes',
    /^etcd (peer|server) authority$/,
    async (model) => {
      for (const role of roles) model.removeRelation(ids.get(role) ?? -1)
    },
  ],
]

const steps = ['request/create', 'issuer/ask', 'issuers/write', 'service/restart', 'file/write'] as const

test('whatever step of a change of issuer is killed, nobody is shut out, and it comes to its end', {
  skip: existsSync(archive)
    ? false
    : 'the issuer on the field’s library is not there; see the output of make',
}, async (t) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.deploy('vault', { archive })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const told = killEverywhere(model)
  for (const [nth, [name, issuer, run]] of chapters.entries()) {
    await t.test(name, async (story) => {
      await using writer = new Writer(emulated(model), id, 'web', `/web/${nth}/`)
      const before = told.kills
      await run(model)
      await model.settle()
      await both(model, issuer)
      await heal(model)
      story.diagnostic(JSON.stringify({ kills: told.kills - before, ...(await writer.finish()) }))
      await assertSound(model)
      for (const role of roles) assert.equal((await issuersShown(emulated(model), role)).length, 2)
    })
  }
  assert.deepEqual(
    steps.filter((step) => !told.steps.has(step)),
    [],
  )
})
