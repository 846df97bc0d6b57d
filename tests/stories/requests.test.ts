// What a live relation may turn into: another protocol, more requests or fewer, another prefix, the whole key space.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectAs, deployPair, lookAtEtcd, openWorld, responsesOf } from './world.ts'

test('a live relation goes from v0 to v1, grows and shrinks its requests, and moves its prefix', async (story) => {
  await using model = await openWorld()
  await deployPair(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const set = async (config: Record<string, string>): Promise<void> => {
    model.config('web', config)
    await model.settle()
    await model.updateStatus()
  }

  await story.test(
    'v0 becomes v1: flat keys go, the same user is answered by request (N07, 5.20)',
    async () => {
      await set({ request: 'v1' })
      const answer = model.databag(id, 'etcd')
      assert.deepEqual(
        [answer.version, answer.endpoints, answer['secret-user']],
        ['v1', undefined, undefined],
      )
      const [response] = responsesOf(model, id)
      assert.match(response?.['secret-user'] ?? '', /^secret:/)
      assert.ok(response?.['request-id'] && response['request-id'] in JSON.parse(answer.data ?? '{}'))
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
      const client = connectAs(model, id, 'web')
      await client.put('/web/a', 'v1')
      client.close()
    },
  )

  await story.test(
    'two requests are two users, each over its own prefix; a null id is computed (C14, N09)',
    async () => {
      await set({ prefix: '/web/,/more/' })
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web', 'web-1'])
      const [first, second] = [connectAs(model, id, 'web', 0), connectAs(model, id, 'web', 1)]
      const order = first.commonName === 'web' ? [first, second] : [second, first]
      assert.deepEqual(
        order.map((row) => row.commonName),
        ['web', 'web-1'],
      )
      for (const row of [first, second]) row.close()
    },
  )

  await story.test('an invalid certificate in one request blocks no other (C13)', async () => {
    await set({ prefix: '/web/,/more/,/third/', certificate: 'ca' })
    assert.equal(model.unit('etcd/0').app.status.status, 'blocked')
    await set({ certificate: 'good' })
    assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web', 'web-1', 'web-2'])
  })

  await story.test('a request that is gone takes its user, role and trust with it (N02)', async () => {
    await set({ prefix: '/web/' })
    const state = await lookAtEtcd(model)
    assert.deepEqual(state.users, ['root', 'web'])
    assert.deepEqual(Object.keys(state.roles).sort(), ['etcd-charm-client', 'root', 'web'])
    assert.equal(responsesOf(model, id).length, 1)
  })

  await story.test(
    'another prefix: the old range is revoked, the new one granted, to the same user (N01)',
    async () => {
      await set({ prefix: '/moved/' })
      const client = connectAs(model, id, 'web')
      await client.put('/moved/a', 'here')
      await assert.rejects(client.get('/web/a'), /permission denied/)
      client.close()
    },
  )

  await story.test(
    'an empty resource is refused, and is the whole key space once the operator allows it (C15)',
    async () => {
      await set({ prefix: '' })
      assert.match(model.unit('etcd/0').app.status.message, /allow-full-keyspace=true/)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      model.config('etcd', { 'allow-full-keyspace': true })
      await model.settle()
      await model.updateStatus()
      const client = connectAs(model, id, 'web')
      assert.equal(await client.get('/moved/a'), 'here')
      await client.put('anywhere', 'yes')
      client.close()
      model.config('etcd', { 'allow-full-keyspace': false })
      await model.settle()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    },
  )

  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0).map((run) => [run.unit, run.hook, run.stderr]),
    [],
  )
})
