// On the emulator alone: Juju repeats hooks, and takes the lead away within one.
// Hooks that Juju repeats, and leadership that is lost within one: what is gone is not removed again, and nobody says what it can't say.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFailure, type Model } from '../emulator/index.ts'
import { heal } from './chaos/cluster.ts'
import { archives, connectAs, deployPair, lookAtEtcd, openWorld } from './world.ts'

const failuresOf = ({ tables }: Model): readonly string[] =>
  tables.journal.filter(({ exit }) => exit !== 0).map((run) => describeFailure(run))

test('a revision that went while it was removed fails that hook once, and not for good', async () => {
  await using model = await openWorld({ profile: '3.6' })
  await deployPair(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const secrets = [...model.tables.secrets.values()].filter(({ owner }) => owner === 'etcd')
  model.killHooks((unit, tool, args) => {
    if (unit !== 'etcd/0' || tool !== 'secret-remove') return false
    const revision = Number(args.at(-1))
    for (const secret of secrets) if (args[0]?.endsWith(secret.id)) secret.revisions.delete(revision)
    return false
  })
  // Another common name is another revision of the client's secret-user, and nobody reads the first any more.
  model.config('web', { 'common-name': 'web2' })
  await model.settle()
  const failed = model.tables.journal.filter(({ exit }) => exit !== 0)
  assert.deepEqual(
    failed.map(({ hook, exit }) => `${hook} ${exit}`),
    ['secret-remove flush'],
  )
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', 'b')
  client.close()
})

test('until Juju 3.6.9 revision 1 stays where its removal would take the latest along', async () => {
  await using model = await openWorld({ profile: '3.6', version: '3.6.9' })
  await deployPair(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const user = [...model.tables.secrets.values()].find(({ label }) => label === `etcd-client.${id}.user`)
  assert.ok(user)
  // As if it had been revised ten times while a unit of the client went on reading the first.
  const content = user.revisions.get(1) ?? {}
  for (let revision = 2; revision <= 11; revision += 1) user.revisions.set(revision, content)
  user.latest = 11
  await model.settle()
  assert.ok(user.revisions.has(11))
  assert.ok(!user.revisions.has(9))
  model.config('web', { 'common-name': 'web2' })
  await model.settle()
  assert.deepEqual(user.revisions.get(user.latest)?.username, 'web2')
  assert.deepEqual(failuresOf(model), [])
})

test('leadership that is lost within a hook fails no hook, and the next leader goes on', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  const tools = ['relation-get', 'secret-info-get', 'secret-add', 'status-get']
  for (const name of tools.map((tool) => `c-${tool}`))
    await model.deploy(name, { archive: archives.client, config: { prefix: `/${name}/` } })
  await model.settle()
  const leaderOf = (): string => model.tables.applications.get('etcd')?.leader ?? ''
  for (const tool of tools) {
    let lost = false
    model.killHooks((unit, called) => {
      if (lost || unit !== leaderOf() || called !== tool) return false
      model.passLeadership('etcd', unit === 'etcd/0' ? 'etcd/1' : 'etcd/0')
      lost = true
      return false
    })
    model.integrate('etcd:etcd-client', `c-${tool}:etcd`)
    await model.settle()
    assert.ok(lost, tool)
    assert.deepEqual(failuresOf(model), [], tool)
  }
  model.killHooks(() => false)
  await heal(model)
  assert.deepEqual((await lookAtEtcd(model)).users, [...tools.map((tool) => `c-${tool}`), 'root'].sort())
})

test('a revision that the leader did not come to remove is removed by the next one, to whom Juju 4.0 tells it again', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const leaderOf = (): string => model.tables.applications.get('etcd')?.leader ?? ''
  const first = leaderOf()
  let lost = false
  model.killHooks((unit, tool) => {
    if (lost || unit !== first || tool !== 'secret-remove') return false
    lost = true
    model.passLeadership('etcd', first === 'etcd/0' ? 'etcd/1' : 'etcd/0')
    return true
  })
  model.config('web', { 'common-name': 'web2' })
  await model.settle()
  assert.ok(lost && leaderOf() !== first)
  const told = model.tables.journal.filter(
    ({ hook, unit }) => hook === 'secret-remove' && unit.startsWith('etcd/'),
  )
  assert.deepEqual([...new Set(told.map(({ unit }) => unit))].sort(), ['etcd/0', 'etcd/1'])
  const failed = model.tables.journal.filter(({ exit }) => exit !== 0 && exit !== 'killed')
  assert.deepEqual(failed.map(describeFailure), [])
  const user = [...model.tables.secrets.values()].find(({ label }) => label === `etcd-client.${id}.user`)
  assert.deepEqual([...(user?.revisions.keys() ?? [])], [user?.latest])
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', 'b')
  client.close()
})
