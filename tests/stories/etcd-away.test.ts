// On the emulator alone: a machine’s cable is pulled.
// What is asked or ended while etcd can't act: it is remembered, told, and done when etcd can, whoever's hook comes first. Who is to
// be cut off is cut off at once, for that needs no quorum.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { heal } from './chaos/cluster.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { emulated } from './driver/emulated-model.ts'
import { accepts } from './handshake.ts'
import {
  another,
  assertComplete,
  deployRequirer,
  typescriptV0,
  usernamesOf,
  watch,
  wish,
} from './requirers.ts'
import { archives, connectAs, credentialsOf, lookAtEtcd, openWorld, responsesOf } from './world.ts'

function ledgerOf(model: Model): Readonly<Record<string, string>> {
  const peers = [...model.tables.relations.values()].find(({ ends }) => ends.length === 1)
  return peers?.bags.get('etcd') ?? {}
}

test('requests and ends of relations outlive what etcd goes through', async (t) => {
  const model = await openWorld()
  const told = emulated(model)
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await deployRequirer(told, typescriptV0, 'web')
  await deployRequirer(told, another, 'leaver')
  const web = model.integrate('etcd:etcd-client', 'web:etcd')
  const leaver = model.integrate('etcd:etcd-client', 'leaver:etcd')

  await t.test('a request that comes before etcd is there is served when it is (C06, C17)', async () => {
    await watch(told, async () => {
      if (responsesOf(model, web.id)[0]?.['secret-user'] === undefined) return
      await assertComplete(told, web.id)
      assert.ok(await accepts(model.unit('etcd/0').host.address, credentialsOf(model, web.id, 'web')))
    })
    await heal(model)
    for (const { id } of [web, leaver]) await assertComplete(told, id)
    assert.deepEqual((await lookAtEtcd(model)).users, ['leaver', 'root', 'web'])
  })

  const client = credentialsOf(model, leaver.id, 'leaver')
  const { leader } = model.unit('etcd/0').app
  assert.ok(leader)
  const follower = leader === 'etcd/0' ? 'etcd/1' : 'etcd/0'

  await t.test(
    'without a quorum a relation ends as far as it can, and the rest is remembered (N11, C52)',
    async () => {
      await model.unit(follower).host.plug('out')
      model.removeRelation(leaver.id)
      await model.settle()
      const ledger = ledgerOf(model)
      assert.deepEqual([ledger[`client.${leaver.id}`], 'leaving.leaver' in ledger], [undefined, true])
      assert.equal(await accepts(model.unit(leader).host.address, client), false)
    },
  )

  await t.test('a new name is taken down meanwhile, and the requirer keeps what it had (C32)', async () => {
    await wish(told, typescriptV0, 'web', { 'common-name': 'renamed' })
    assert.deepEqual(await usernamesOf(told, web.id), ['web'])
    assert.match(model.unit(leader).workload.message, /etcd|quorum|answer/)
  })

  await t.test(
    'with the quorum back, what was to end ends and what was to begin begins (C32, C53)',
    async () => {
      await model.unit(follower).host.plug('in')
      await heal(model)
      for (const unit of [leader, follower]) {
        const { users, roles, trusted } = await lookAtEtcd(model, unit)
        assert.deepEqual(
          [users, Object.keys(roles)],
          [
            ['renamed', 'root'],
            ['etcd-charm-client', 'renamed', 'root'],
          ],
        )
        assert.deepEqual(
          trusted.filter((subject) => /leaver|web/.test(subject)),
          [],
        )
        assert.equal(await accepts(model.unit(unit).host.address, client), false, unit)
      }
      assert.deepEqual(
        Object.keys(ledgerOf(model)).filter((name) => name.startsWith('leaving.')),
        [],
      )
      assert.deepEqual(await usernamesOf(told, web.id), ['renamed'])
      const renamed = connectAs(model, web.id, 'web')
      await renamed.put('/web/a', 'back')
      renamed.close()
      assert.deepEqual(model.unit(leader).app.status, { status: 'active', message: '' })
    },
  )
  await assertNoFailedHooks(told)
})
