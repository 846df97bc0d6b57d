// On the emulator alone: all machines are rebooted at once, and who leads is left to chance.
// All machines were rebooted, and with them Juju's agents, which in 4.0 have then forgotten what their relations are: who is at the other
// end of one that breaks is not named, and a unit on its way out is told that its peers' relation breaks, in the middle of the others.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createAuthority } from '../../src/tls/authority.ts'
import { describeFailure, type HookRun, type Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { archives, connectAs, deployClients, lookAtEtcd, openWorld, responsesOf } from './world.ts'

const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''

async function runsDuring(model: Model, act: () => void): Promise<readonly HookRun[]> {
  const before = model.tables.journal.length
  act()
  await model.settle()
  return model.tables.journal.slice(before)
}

/** Who of etcd's units ran it, and what each was told of the other end. */
function told(runs: readonly HookRun[], hook: string): ReadonlyMap<string, string | undefined> {
  const ran = runs.filter((run) => run.hook === hook && run.unit.startsWith('etcd/'))
  return new Map(ran.map(({ unit, env }) => [unit, env.JUJU_REMOTE_APP]))
}

test('relations and units end after a reboot of all machines', async (t) => {
  // Any unit leads.
  const model = await openWorld({ seed: 3 })
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  const related = await deployClients(model, ['web', 'next'], (name) => ({ prefix: `/${name}/` }))
  const operator = await createAuthority({ commonName: 'corporate CA', now: new Date(), years: 1 })
  const config = { request: 'none', 'client-cas': operator.certificate }
  await model.deploy('cas', { archive: archives.client, config })
  const cas = model.integrate('etcd:client-cas', 'cas:cas')
  await heal(model)
  for (const unit of unitsOf(model)) await model.reboot(unit)
  await heal(model)
  const trusted = async (): Promise<readonly (readonly string[])[]> =>
    Promise.all(unitsOf(model).map(async (unit) => (await lookAtEtcd(model, unit)).trusted))
  for (const names of await trusted()) assert.ok(names.includes('CN=corporate CA'), `${names}`)
  const everybody = unitsOf(model)
  const unnamed = new Map(everybody.map((unit) => [unit, '']))

  await t.test(
    'the authority of a relation that breaks ends with that very hook, listed or not',
    async () => {
      const peers = [...model.tables.relations.values()].find(({ ends }) => ends.length === 1)?.id ?? -1
      assert.notEqual(model.databag(peers, 'etcd')['client-cas'], undefined)
      const runs = await runsDuring(model, () => model.removeRelation(cas.id))
      assert.deepEqual(told(runs, 'client-cas-relation-broken'), unnamed)
      assert.equal(model.databag(peers, 'etcd')['client-cas'], undefined)
      await heal(model)
      for (const names of await trusted()) assert.ok(!names.includes('CN=corporate CA'), `${names}`)
    },
  )

  await t.test('and so does a client, and nobody else', async () => {
    const client = connectAs(model, related.get('web') ?? -1, 'web')
    await client.put('/web/a', '1')
    const runs = await runsDuring(model, () => model.removeRelation(related.get('web') ?? -1))
    assert.deepEqual(told(runs, 'etcd-client-relation-broken'), unnamed)
    await assert.rejects(client.get('/web/a'))
    client.close()
    for (const unit of unitsOf(model))
      assert.deepEqual((await lookAtEtcd(model, unit)).users, ['next', 'root'])
  })

  await t.test('a unit leaves, and then the leader: the others go on, and so does the client', async () => {
    for (const leads of [false, true]) {
      const gone = unitsOf(model).find((unit) => (unit === leaderOf(model)) === leads) ?? ''
      const runs = await runsDuring(model, () => model.removeUnit(gone))
      const last = runs.filter(({ unit }) => unit === gone).map(({ hook }) => hook)
      assert.ok(last.includes('etcd-peers-relation-broken'), `${last}`)
      await heal(model)
      const units = unitsOf(model)
      assert.equal(units.includes(gone), false)
      const endpoints = units.map((unit) => `${model.unit(unit).host.address}:2379`).sort()
      assert.equal(responsesOf(model, related.get('next') ?? -1)[0]?.endpoints, endpoints.join(','))
      const next = connectAs(model, related.get('next') ?? -1, 'next')
      await next.put('/next/a', gone)
      next.close()
    }
    await assertSound(model)
  })
  const failed = model.tables.journal.filter(({ exit }) => exit !== 0)
  assert.deepEqual(failed.map(describeFailure), [])
})
