// On the emulator alone: what each hook asks of Juju is counted call by call, with dozens of clients that are rows of a table.
// A hook costs the same with few clients as with many: what it asks of Juju is counted at two sizes, call by call.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HookRun, Model } from '../emulator/index.ts'
import {
  comparedAtOnce,
  looksAtSettled,
  settledAtOnce,
  updateStatusEvery,
} from '../../src/charm/plan/clients/relations-to-sweep.ts'
import { realRelease } from '../unit/machine/tarball.ts'
import { askFor, noteSomething, onboard, relateGhosts } from './ghost-clients.ts'
import { archives, lookAtEtcd, openWorld } from './world.ts'

const names = (from: number, until: number): readonly string[] =>
  Array.from({ length: until - from }, (_, at) => `client-${from + at}a`)

/** What the hooks of etcd's units asked of Juju, by hook. */
function asked(runs: readonly HookRun[]): readonly string[] {
  return runs
    .filter(({ unit }) => unit.startsWith('etcd/'))
    .map(({ hook, calls }) => [hook, ...calls.map(({ tool }) => tool).sort()].join(' '))
}

async function costs(model: Model, newcomer: string): Promise<Record<string, readonly string[]>> {
  const [known] = await onboard(model, [`${newcomer}-known`])
  assert.ok(known)
  await noteSomething(model, known)
  const nothing = await model.settle()
  const [client] = await relateGhosts(model, [newcomer])
  assert.ok(client)
  const related = await model.settle()
  await askFor(model, client)
  const served = await model.settle()
  model.removeRelation(client.relation)
  const removed = await model.settle()
  return {
    'nothing to do': asked(nothing),
    'a new relation': asked(related),
    'a new client': asked(served),
    'an end': asked(removed),
  }
}

test('each hook asks the same of Juju with two clients as with forty', async (t) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  await onboard(model, names(0, 1))
  const few = await costs(model, 'early')
  await onboard(model, names(1, 38))
  const many = await costs(model, 'late')
  for (const [what, hooks] of Object.entries(few)) t.diagnostic(`${what}: ${hooks.join('; ')}`)
  assert.deepEqual(many, few)
  assert.equal((await lookAtEtcd(model)).users.length, 38 + 2 + 1)
})

test('a hook about a client asks a unit that does not lead whether it leads, and no more', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await model.settle()
  const [client] = await relateGhosts(model, ['early'])
  assert.ok(client)
  const runs = [...(await model.settle())]
  await askFor(model, client)
  runs.push(...(await model.settle()))
  model.removeRelation(client.relation)
  runs.push(...(await model.settle()))
  const leader = model.tables.applications.get('etcd')?.leader
  const follows = runs.filter(({ unit, hook }) => unit !== leader && hook.startsWith('etcd-client-'))
  const events = ['created', 'joined', 'changed', 'changed', 'departed', 'broken']
  assert.deepEqual(
    asked(follows).toSorted(),
    events.map((event) => `etcd-client-relation-${event} is-leader`).toSorted(),
  )
  // It hears of the client by what the leader tells the peers.
  assert.ok(runs.some(({ unit, hook }) => unit !== leader && hook === 'etcd-peers-relation-changed'))
})

/** What the hooks about clients that come together ask, each once. */
async function asksOfCrowd(model: Model, size: number): Promise<readonly string[]> {
  const crowd = await relateGhosts(
    model,
    names(0, size).map((name) => `${name}-of-${size}a`),
  )
  model.passOver('etcd', new Set(crowd.map(({ relation }) => relation)))
  for (const client of crowd) await askFor(model, client)
  const hooks = asked(await model.settle()).filter((hook) => hook.startsWith('etcd-client-'))
  assert.equal(hooks.length, size)
  return [...new Set(hooks)].sort()
}

test('of three clients that come together each hook asks as much as of eight', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  assert.deepEqual(await asksOfCrowd(model, 8), await asksOfCrowd(model, 3))
})

test('eight clients that were silent and ask together cost two restarts at most', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const clients = await relateGhosts(model, names(0, 8))
  await model.settle()
  const before = (await lookAtEtcd(model)).starts
  for (const client of clients) await askFor(model, client)
  await model.settle()
  const { starts, users } = await lookAtEtcd(model)
  assert.equal(users.length, 8 + 1)
  assert.ok(starts - before <= 2, `${starts - before} restarts`)
})

/** An update-status looks at a client or compares an answer by the clock: what is compared with another one must be of its kind. */
async function leaveTime(ms: number): Promise<void> {
  const left = updateStatusEvery - (Date.now() % updateStatusEvery)
  if (left < ms) await sleep(left)
}

test('an update-status with nothing to do asks Juju no more with sixty clients than with forty', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const sizes: string[] = []
  for (const [from, until] of [
    [0, 40],
    [40, 60],
  ] as const) {
    await onboard(model, names(from, until))
    if (from === 0) await leaveTime(60_000)
    await model.updateStatus('etcd')
    sizes.push(asked(await model.updateStatus('etcd')).join('; '))
  }
  assert.equal(sizes[1], sizes[0])
})

test('what takes a controller longest is asked for seldom: secrets, and a tarball, in sweeps with nothing to do', async () => {
  await using model = await openWorld({ profile: '4.0' })
  await model.deploy('etcd', { archive: archives.etcd, resources: { etcd: realRelease() } })
  await model.settle()
  await onboard(model, names(0, 2 * settledAtOnce + 1))
  const first = await model.updateStatus('etcd')

  const counted = (runs: readonly HookRun[], tool: string, flag = ''): number =>
    runs
      .flatMap(({ calls }) => calls)
      .filter((call) => call.tool === tool && (flag === '' || call.args.includes(flag))).length
  await leaveTime(30_000)
  const looks = looksAtSettled(Date.now())
  const sweep = await model.updateStatus('etcd')
  assert.equal(counted(sweep, 'resource-get'), 0)
  assert.equal(counted(sweep, 'secret-get', '--refresh'), looks ? settledAtOnce : 0)
  // The user and the TLS of each answer, and the authorities: a revision never changes, so that each is read once.
  const read = [...first, ...sweep]
    .flatMap(({ calls }) => calls)
    .filter(({ tool, args }) => tool === 'secret-get' && args.includes('--peek'))
    .map(({ args }) => args[0])
  assert.ok(read.length <= 2 * 2 * comparedAtOnce + 1, `${read.length} are read`)
  assert.equal(new Set(read).size, read.length)

  model.config('etcd', { 'backup-keep': 5 })
  const changed = await model.settle()
  const config = changed.filter(({ hook }) => hook === 'config-changed')
  assert.ok(config.length > 0)
  assert.equal(counted(config, 'resource-get'), config.length)
  assert.equal(counted(config, 'secret-get', '--refresh'), 0)
})
