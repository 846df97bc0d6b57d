// On the emulator alone: relations are gone at a chosen step of a hook while Juju goes on listing them.
// A relation ends at any moment, and Juju goes on listing it for a while, or for good: no hook fails for it, but the one that was
// being committed, once; and nobody else hears of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthority } from '../../src/tls/authority.ts'
import { describeFailure, type Model } from '../emulator/index.ts'
import type { Profile } from '../emulator/model/state.ts'
import { archives, connectAs, deployClients, lookAtEtcd, openWorld } from './world.ts'

async function works(model: Model, relation: number, app: string): Promise<void> {
  const client = connectAs(model, relation, app)
  await client.put(`/${app}/a`, app)
  client.close()
}

const failuresOf = ({ tables }: Model): readonly string[] =>
  tables.journal.filter(({ exit }) => exit !== 0).map((run) => describeFailure(run))

for (const profile of ['3.6', '4.0'] satisfies Profile[]) {
  test(`a relation that is gone and still listed fails no hook, on Juju ${profile}`, async () => {
    await using model = await openWorld({ profile })
    await model.deploy('etcd', { archive: archives.etcd })
    const related = await deployClients(model, ['web', 'next'], (name) => ({ prefix: `/${name}/` }))
    const operator = await createAuthority({ commonName: 'corporate CA', now: new Date(), years: 1 })
    const config = { request: 'none', 'client-cas': operator.certificate }
    await model.deploy('cas', { archive: archives.client, config })
    const cas = model.integrate('etcd:client-cas', 'cas:cas')
    await model.settle()
    assert.ok((await lookAtEtcd(model)).trusted.includes('CN=corporate CA'))

    const [web = -1, next = -1] = [related.get('web'), related.get('next')]
    for (const id of [web, cas.id]) model.loseRelation(id)
    await model.updateStatus('etcd')
    model.config('etcd', { 'log-level': 'debug' })
    await model.settle()
    const seen = await lookAtEtcd(model)
    assert.deepEqual(
      [seen.users, seen.trusted],
      [
        ['next', 'root'],
        ['CN=etcd admin authority', 'CN=next'],
      ],
    )
    await works(model, next, 'next')
    // The agents hear of it at last.
    for (const id of [web, cas.id]) model.removeRelation(id)
    await model.settle()
    assert.deepEqual(failuresOf(model), [])
  })

  test(`a relation that ends while it is written to fails that hook once, on Juju ${profile}`, async () => {
    for (const end of ['removeRelation', 'loseRelation'] as const) {
      await using model = await openWorld({ profile })
      await model.deploy('etcd', { archive: archives.etcd })
      const related = await deployClients(model, ['next'], (name) => ({ prefix: `/${name}/` }))
      await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
      await model.settle()
      const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
      model.killHooks((unit, tool, args) => {
        if (unit === 'etcd/0' && tool === 'secret-grant' && args.at(-1) === String(id)) model[end](id)
        return false
      })
      await model.settle()
      if (end === 'loseRelation') model.removeRelation(id)
      await model.updateStatus('etcd')
      assert.deepEqual(
        model.tables.journal.filter(({ exit }) => exit !== 0).map(({ unit, exit }) => `${unit} ${exit}`),
        ['etcd/0 flush'],
      )
      assert.deepEqual((await lookAtEtcd(model)).users, ['next', 'root'])
      await works(model, related.get('next') ?? -1, 'next')
    }
  })
}

test('an application without units holds up nobody', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('empty', { archive: archives.client, units: 0, config: { prefix: '/empty/' } })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  model.integrate('etcd:etcd-client', 'empty:etcd')
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await works(model, id, 'web')
})
