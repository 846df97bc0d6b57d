// The charm's process is killed at every step it ever takes, before it, after it, at each hook tool that follows and before the
// commit; Juju retries the hook, and everything ends as if nothing had happened.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step, Write } from '../../src/charm/step.ts'
import type { Model } from '../emulator/index.ts'
import { connectAs, deployPair, etcdctl, lookAtEtcd, openWorld } from './world.ts'

/** A kind that is added to plans and not told here does not compile; `false` where it takes more than one unit, or another model. */
const everyStep: Readonly<Record<(Step | Write)['kind'], boolean>> = {
  'workload/install': true,
  'key/create': true,
  'file/write': true,
  'revocation/write': true,
  'service/start': true,
  'service/restart': true,
  'auth/create-root': true,
  'auth/enable': true,
  'user/create': true,
  'user/delete': true,
  'role/create': true,
  'role/delete': true,
  'role/grant': true,
  'role/revoke': true,
  'permission/grant': true,
  'permission/revoke': true,
  'founding/write': true,
  'authorities/create': true,
  'options/write': true,
  'certificates/sign': true,
  'peer-unit/write': true,
  'answer/publish': true,
  'ledger/write': true,
  'secrets/collect': true,
  'port/open': true,
  'version/set': true,
  'auth/record': true,
  'data/set-aside': false,
  'member/add': false,
  'member/promote': false,
  'member/remove': false,
  'member/update': false,
  'encryption/offer': false,
}

const everyKind = Object.entries(everyStep).flatMap(([kind, alone]) => (alone ? [kind] : []))

/** Kills once at each (step, number of tool calls since): so each hook gets a little further every time it is retried. */
function killEverywhere(model: Model): { kills: number; readonly steps: Set<string> } {
  const done = new Set<string>()
  const told = { kills: 0, steps: new Set<string>() }
  let step: string | undefined
  let since = 0
  model.killHooks((unit, tool, args) => {
    if (!unit.startsWith('etcd/')) return false
    const message = args.at(-1) ?? ''
    const [kind = ''] = message.split(/[ :]/)
    if (tool === 'juju-log' && Object.hasOwn(everyStep, kind)) {
      told.steps.add(kind)
      step = message
      since = 0
    }
    if (step === undefined) return false
    const point = `${step} +${since}`
    since += 1
    const dies = !done.has(point)
    done.add(point)
    if (dies) told.kills += 1
    if (dies || tool === 'exit') step = undefined
    return dies
  })
  return told
}

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
      await model.updateStatus()
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
