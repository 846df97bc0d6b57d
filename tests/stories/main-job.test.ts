// The main job: one etcd serves one client, is silent when nothing is to be done, and ends the access with the relation.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNoSecretsLeak, connectAs, deployPair, lookAtEtcd, openWorld, writesOf } from './world.ts'

for (const profile of ['3.6', '4.0'] as const) {
  test(`one unit serves one client on Juju ${profile}`, async (story) => {
    await using model = await openWorld({ profile })
    await deployPair(model)
    const etcd = model.unit('etcd/0')
    assert.deepEqual(etcd.workload, { status: 'active', message: '' })
    assert.deepEqual(etcd.app.status, { status: 'active', message: '' })
    assert.match(etcd.app.version, /^3\.\d+\.\d+$/)
    assert.deepEqual([...etcd.ports], ['2379/tcp'])
    const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()

    await story.test('the answer is complete, by the interface (C02)', async () => {
      const answer = model.databag(id, 'etcd')
      assert.deepEqual(Object.keys(answer).sort(), ['endpoints', 'secret-tls', 'secret-user', 'version'])
      assert.equal(answer.endpoints, `${etcd.host.address}:2379`)
      assert.equal(answer.version, etcd.app.version)
      assert.match(answer['secret-user'] ?? '', /^secret:\/\/[0-9a-f-]{36}\/[0-9a-v]{20}$/)
      assert.deepEqual(model.unit('web/0').workload, { status: 'active', message: 'user web' })
    })

    await story.test(
      'etcd has one user, one role over the prefix, and trusts one certificate of a client (C02)',
      async () => {
        const state = await lookAtEtcd(model)
        assert.deepEqual(state.users, ['root', 'web'])
        assert.equal(state.roles.web?.length, 1)
        assert.equal(state.trusted.filter((subject) => subject === 'CN=web').length, 1)
      },
    )

    await story.test('the client reads and writes its keys, and no others (C20)', async () => {
      const put = await model.runAction('web/0', 'put', { key: '/web/a', value: 'one' })
      assert.deepEqual([put.status, put.results.value], ['completed', 'one'])
      const elsewhere = await model.runAction('web/0', 'put', { key: '/webb', value: 'two' })
      assert.match(`${elsewhere.status} ${elsewhere.message}`, /failed .*permission denied/)
    })

    await story.test('a settled model stays silent (C16)', async () => {
      await model.updateStatus()
      assert.deepEqual(writesOf(await model.updateStatus()), [])
    })

    await story.test('a new certificate of the same name is served, and the old one ends (C30)', async () => {
      const old = connectAs(model, id, 'web')
      assert.equal(await old.get('/web/a'), 'one')
      // Made now, connected after the rotation: only a new handshake looks at the certificate.
      const stale = connectAs(model, id, 'web')
      const before = model.databag(id, 'etcd')
      await model.runAction('web/0', 'rotate')
      assert.deepEqual(model.databag(id, 'etcd'), before)
      const fresh = connectAs(model, id, 'web')
      assert.equal(await fresh.get('/web/a'), 'one')
      await assert.rejects(stale.get('/web/a'))
      for (const client of [old, stale, fresh]) client.close()
    })

    await story.test('access ends with the relation (C50)', async () => {
      const client = connectAs(model, id, 'web')
      assert.equal(await client.get('/web/a'), 'one')
      model.removeRelation(id)
      await model.settle()
      await assert.rejects(client.get('/web/a'))
      client.close()
      const state = await lookAtEtcd(model)
      assert.deepEqual(state.users, ['root'])
      assert.deepEqual(Object.keys(state.roles), ['etcd-charm-client', 'root'])
      assert.equal(state.trusted.includes('CN=web'), false)
    })

    await story.test('nothing is left of the relation after the next update-status', async () => {
      await model.updateStatus()
      const labels = [...model.tables.secrets.values()]
        .filter((row) => row.owner === 'etcd')
        .map((row) => row.label)
      assert.deepEqual(labels, ['etcd-authorities'])
      assert.deepEqual(writesOf(await model.updateStatus()), [])
      assertNoSecretsLeak(model)
    })

    await story.test('every hook ended with 0', () => {
      assert.deepEqual(
        model.tables.journal.filter((run) => run.exit !== 0),
        [],
      )
    })
  })
}
