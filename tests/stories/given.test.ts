// What was given is compared with what is there: what an operator, a migration or Juju itself took away, the next update-status gives
// back, and no hook fails for it.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import type { Secret } from '../emulator/model/state.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { archives, connectAs, deployPair, lookAtEtcd, openWorld, responsesOf } from './world.ts'

function secretOf({ tables }: Model, label: string): Secret {
  const found = [...tables.secrets.values()].find((row) => row.owner === 'etcd' && row.label === label)
  assert.ok(found, `no secret ${label}`)
  return found
}

for (const profile of ['3.6', '4.0'] as const)
  test(`what a client was given comes back, on Juju ${profile}`, async (t) => {
    const model = await openWorld({ profile, ...(profile === '3.6' && { version: '3.6.9' }) })
    after(() => model[Symbol.asyncDispose]())
    await deployPair(model)
    const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()
    const works = async (): Promise<void> => {
      const client = connectAs(model, id, 'web')
      await client.put('/web/a', 'b')
      client.close()
      for (const label of ['user', 'tls'])
        assert.equal(secretOf(model, `etcd-client.${id}.${label}`).grants.get('web'), id, label)
      // The client's own hooks may fail for what it lost.
      const failed = model.tables.journal.filter(({ unit, exit }) => unit === 'etcd/0' && exit !== 0)
      assert.deepEqual(
        failed.map(({ hook, stderr }) => `${hook} ${stderr}`),
        [],
      )
    }
    await works()
    const losses: readonly (readonly [string, () => void])[] = [
      ['a grant', () => secretOf(model, `etcd-client.${id}.tls`).grants.clear()],
      ['a secret', () => model.tables.secrets.delete(secretOf(model, `etcd-client.${id}.user`).id)],
      [
        'the latest revision of a secret',
        () => {
          const secret = secretOf(model, `etcd-client.${id}.tls`)
          secret.revisions.delete(secret.latest)
        },
      ],
      [
        'a key of the databag',
        () => {
          const bag = [...model.tables.relations.values()].find((row) => row.id === id)?.bags.get('etcd')
          assert.ok(bag && delete bag.endpoints)
        },
      ],
    ]
    for (const [what, lose] of losses)
      await t.test(what, async () => {
        const { starts } = await lookAtEtcd(model)
        if (profile === '3.6' || what !== 'the latest revision of a secret') lose()
        await model.updateStatus('etcd')
        await works()
        assert.equal((await lookAtEtcd(model)).starts, starts, 'nobody restarts for it')
        assert.equal(responsesOf(model, id).length, 1)
      })
  })

test('authorities whose keys Juju has lost are replaced', async () => {
  await using model = await openWorld({ profile: '3.6', version: '3.6.9' })
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await model.settle()
  const secret = secretOf(model, 'etcd-authorities')
  secret.revisions.delete(secret.latest)
  await model.updateStatus()
  await heal(model)
  const renewed = secretOf(model, 'etcd-authorities')
  assert.notEqual(renewed.id, secret.id)
  assert.ok(renewed.revisions.get(renewed.latest)?.['peer-key'])
  await model.addUnit('etcd')
  await heal(model)
  await assertSound(model)
})
