// The main job: one etcd serves one client, is silent when nothing is to be done, and ends the access with the relation.

import assert from 'node:assert/strict'
import { connectAs } from './driver/client.ts'
import { deployPair, relatePair } from './driver/deployments.ts'
import { emulatorOf, runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertNoSecretsLeak } from './leaks.ts'

story('one unit serves one client', { profiles: 'each' }, async ({ model, step }) => {
  await deployPair(model)
  const etcd = await model.unit('etcd/leader')
  const application = await model.application('etcd')
  assert.deepEqual(etcd.workload, { status: 'active', message: '' })
  assert.deepEqual(application.status, { status: 'active', message: '' })
  assert.match(application.version, /^3\.\d+\.\d+$/)
  assert.deepEqual(etcd.ports, ['2379/tcp'])
  const relation = await relatePair(model)

  await step('the answer is complete, by the interface (C02)', async () => {
    const answer = await model.databag(relation, 'etcd')
    assert.deepEqual(Object.keys(answer).sort(), ['endpoints', 'secret-tls', 'secret-user', 'version'])
    assert.equal(answer.endpoints, `${etcd.address}:2379`)
    assert.equal(answer.version, application.version)
    assert.match(answer['secret-user'] ?? '', /^secret:\/\/[0-9a-f-]{36}\/[0-9a-v]{20}$/)
    assert.deepEqual((await model.unit('web/leader')).workload, { status: 'active', message: 'user web' })
  })

  await step(
    'etcd has one user, one role over the prefix, and trusts one certificate of a client (C02)',
    async () => {
      const state = await lookAtEtcd(model)
      assert.deepEqual(state.users, ['root', 'web'])
      assert.equal(state.roles.web?.length, 1)
      assert.equal(state.trusted.filter((subject) => subject === 'CN=web').length, 1)
    },
  )

  await step('the client reads and writes its keys, and no others (C20)', async () => {
    const put = await model.runAction('web/leader', 'put', { key: '/web/a', value: 'one' })
    assert.deepEqual([put.status, put.results.value], ['completed', 'one'])
    const elsewhere = await model.runAction('web/leader', 'put', { key: '/webb', value: 'two' })
    assert.match(`${elsewhere.status} ${elsewhere.message}`, /failed .*permission denied/)
  })

  await step(
    'a settled model stays silent (C16)',
    async () => {
      await model.updateStatus()
      assert.deepEqual(writesOf(await runsDuring(model, model.updateStatus)), [])
    },
    { needs: ['journal'] },
  )

  await step('a new certificate of the same name is served, and the old one ends (C30)', async () => {
    const old = await connectAs(model, relation, 'web')
    assert.equal(await old.get('/web/a'), 'one')
    // Made now, connected after the rotation: only a new handshake looks at the certificate.
    const stale = await connectAs(model, relation, 'web')
    const before = await model.databag(relation, 'etcd')
    await model.runAction('web/leader', 'rotate')
    await model.settle()
    assert.deepEqual(await model.databag(relation, 'etcd'), before)
    const fresh = await connectAs(model, relation, 'web')
    assert.equal(await fresh.get('/web/a'), 'one')
    await assert.rejects(stale.get('/web/a'))
    for (const client of [old, stale, fresh]) client.close()
  })

  await step('access ends with the relation (C50)', async () => {
    const client = await connectAs(model, relation, 'web')
    assert.equal(await client.get('/web/a'), 'one')
    await model.removeRelation(relation)
    await model.settle()
    await assert.rejects(client.get('/web/a'))
    client.close()
    const state = await lookAtEtcd(model)
    assert.deepEqual(state.users, ['root'])
    assert.deepEqual(Object.keys(state.roles), ['etcd-charm-client', 'root'])
    assert.equal(state.trusted.includes('CN=web'), false)
  })

  await step('nothing is left of the relation after the next update-status', async () => {
    await model.updateStatus()
    const owned = (await model.secrets()).filter((row) => row.owner === 'etcd')
    assert.deepEqual(
      owned.map((row) => row.label),
      ['etcd-authorities'],
    )
  })

  await step(
    'nobody was told a private key, and then there is silence',
    async () => {
      assert.deepEqual(writesOf(await runsDuring(model, model.updateStatus)), [])
      await assertNoSecretsLeak(emulatorOf(model))
    },
    { needs: ['journal'] },
  )

  assert.deepEqual(await model.failedHooks(), [])
})
