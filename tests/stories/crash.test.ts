// On the emulator alone: hooks are killed at every step.
// The charm's process is killed at every step it ever takes, before it, after it, at each hook tool that follows and before the
// commit; Juju retries the hook, and everything ends as if nothing had happened.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { everyStep, killEverywhere } from './kill-everywhere.ts'
import { connectAs, deployPair, etcdctl, lookAtEtcd, openWorld } from './world.ts'

const everyKind = Object.entries(everyStep).flatMap(([kind, alone]) => (alone ? [kind] : []))

interface Chapter {
  readonly name: string
  run(model: Model): Promise<void>
}

const relationOf = (model: Model): number | undefined =>
  [...model.tables.relations.values()].find((relation) => relation.ends.length === 2)?.id

const chapters: readonly Chapter[] = [
  { name: 'deploy', run: (model) => deployPair(model) },
  {
    name: 'integrate',
    async run(model) {
      model.integrate('etcd:etcd-client', 'web:etcd')
    },
  },
  {
    name: 'rotate',
    async run(model) {
      await model.runAction('web/0', 'rotate')
    },
  },
  { name: 'another prefix', run: async (model) => model.config('web', { prefix: '/other/' }) },
  {
    name: 'an operator who grants too much',
    async run(model) {
      const { host } = model.unit('etcd/0')
      await etcdctl(host, 'role', 'add', 'extra')
      await etcdctl(host, 'user', 'grant-role', 'web', 'extra')
      await etcdctl(host, 'role', 'grant-permission', 'web', 'read', '/elsewhere/')
      await model.updateStatus()
    },
  },
  {
    name: 'new authorities',
    async run(model) {
      await model.runAction('etcd/0', 'rotate-authorities')
    },
  },
  { name: 'an option', run: async (model) => model.config('etcd', { 'log-level': 'debug' }) },
  { name: 'another name', run: async (model) => model.config('web', { 'common-name': 'web2' }) },
  { name: 'the end of the relation', run: async (model) => model.removeRelation(relationOf(model) ?? -1) },
  {
    name: 'a quiet while',
    async run(model) {
      await model.updateStatus()
    },
  },
]

/** What is to be the same, whatever was killed. */
async function lookAt(model: Model): Promise<unknown> {
  const { users, roles, trusted } = await lookAtEtcd(model)
  const { workload, app, ports } = model.unit('etcd/0')
  const id = relationOf(model)
  const labels = [...model.tables.secrets.values()]
    .filter((row) => row.owner === 'etcd')
    .map((row) => row.label)
  const peer = [...model.tables.relations.values()].find((relation) => relation.ends.length === 1)
  const served = id === undefined ? 'no relation' : await trial(model, id)
  return {
    users,
    roles,
    trusted,
    workload,
    status: app.status,
    version: app.version,
    ports: [...ports],
    labels: labels.sort(),
    served,
    answer: Object.keys(model.databag(id ?? -1, 'etcd')).sort(),
    ledger: Object.keys(peer?.bags.get('etcd') ?? {}).sort(),
  }
}

async function trial(model: Model, id: number): Promise<string> {
  const client = connectAs(model, id, 'web')
  const prefix = model.databag(id, 'web').prefix ?? ''
  const outcome = await client.put(`${prefix}a`, '1').then(
    () => `${client.commonName} writes under ${prefix}`,
    (error: unknown) => String(error),
  )
  client.close()
  return outcome
}

async function live(kill: boolean): Promise<{ states: unknown[]; kills: number; steps: Set<string> }> {
  await using model = await openWorld()
  const told = kill ? killEverywhere(model) : { kills: 0, steps: new Set<string>() }
  const states: unknown[] = []
  for (const chapter of chapters) {
    await chapter.run(model)
    await model.settle()
    states.push([chapter.name, await lookAt(model)])
  }
  model.removeApplication('etcd')
  await model.settle()
  assert.equal(model.tables.applications.has('etcd'), false)
  return { states, ...told, kills: told.kills }
}

test('whatever step is killed, before or after, the end is the same', async (story) => {
  const undisturbed = await live(false)
  const killed = await live(true)
  story.diagnostic(`${killed.kills} kills`)
  assert.deepEqual(killed.states, undisturbed.states)
  assert.ok(killed.kills > 2 * everyKind.length)
  assert.deepEqual(
    everyKind.filter((step) => !killed.steps.has(step)),
    [],
  )
})
