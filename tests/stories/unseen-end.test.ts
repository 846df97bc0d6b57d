// On the emulator alone: hooks of a leader end without effect, and then its machine is lost.
// A relation ends while its leader can't say so, and then that leader is lost: the next one knows of it from the ledger alone, and
// the first hook that it runs may be about another client.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { archives, lookAtEtcd, openWorld } from './world.ts'

test('a relation that ended unseen fails no hook of the next leader, and its client is out', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 4 })
  for (const name of ['web', 'next'])
    await model.deploy(name, { archive: archives.client, config: { prefix: `/${name}/` } })
  await model.settle()
  const web = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  const [leader = '', ...others] = unitsOf(model)
  const stays = others.slice(0, 2)
  assert.equal(model.tables.applications.get('etcd')?.leader, leader)

  // Nothing that the leader does counts any more. The endpoints change, and then the client goes.
  model.killHooks((unit, tool) => unit === leader && tool === 'exit')
  model.removeUnit(others[2] ?? '')
  const ran = (unit: string, hook: string): boolean =>
    model.tables.journal.some((run) => run.unit === unit && run.hook === hook)
  // In Juju 4.0 its peers are not told that it has gone.
  while (unitsOf(model).length > 3) await model.runOne()
  model.removeRelation(web.id)
  while (!ran('web/0', 'etcd-relation-broken')) await model.runOne()
  while (!stays.every((unit) => ran(unit, 'etcd-client-relation-broken'))) await model.runOne()
  await model.loseUnit(leader)
  assert.equal(model.tables.relations.has(web.id), false)
  model.killHooks(() => false)

  model.integrate('etcd:etcd-client', 'next:etcd')
  await model.settle()
  await heal(model)
  await assertSound(model)
  assert.deepEqual((await lookAtEtcd(model, stays[0])).users, ['next', 'root'])
})
