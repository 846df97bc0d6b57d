// What a live relation may turn into: another protocol, more requests or fewer, another prefix, the whole key space.

import assert from 'node:assert/strict'
import { connectAs, responsesOf, withClient } from './driver/client.ts'
import { deployPair, relatePair } from './driver/deployments.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

story(
  'a live relation goes from v0 to v1, grows and shrinks its requests, and moves its prefix',
  {},
  async ({ model, step }) => {
    await deployPair(model)
    const id = await relatePair(model)
    const set = async (config: Record<string, string>): Promise<void> => {
      await model.configure('web', config)
      await model.settle()
      await model.updateStatus()
    }

    await step('v0 becomes v1: flat keys go, the same user is answered by request (N07, 5.20)', async () => {
      await set({ request: 'v1' })
      const answer = await model.databag(id, 'etcd')
      assert.deepEqual(
        [answer.version, answer.endpoints, answer['secret-user']],
        ['v1', undefined, undefined],
      )
      const [response] = await responsesOf(model, id)
      assert.match(response?.['secret-user'] ?? '', /^secret:/)
      assert.ok(response?.['request-id'] && response['request-id'] in JSON.parse(answer.data ?? '{}'))
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
      await withClient(model, id, 'web', (client) => client.put('/web/a', 'v1'))
    })

    await step(
      'two requests are two users, each over its own prefix; a null id is computed (C14, N09)',
      async () => {
        await set({ prefix: '/web/,/more/' })
        assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web', 'web-1'])
        const [first, second] = [await connectAs(model, id, 'web', 0), await connectAs(model, id, 'web', 1)]
        const order = first.commonName === 'web' ? [first, second] : [second, first]
        assert.deepEqual(
          order.map((row) => row.commonName),
          ['web', 'web-1'],
        )
        for (const row of [first, second]) row.close()
      },
    )

    await step('an invalid certificate in one request blocks no other (C13)', async () => {
      await set({ prefix: '/web/,/more/,/third/', certificate: 'ca' })
      assert.equal((await model.application('etcd')).status.status, 'blocked')
      await set({ certificate: 'good' })
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web', 'web-1', 'web-2'])
    })

    await step('a request that is gone takes its user, role and trust with it (N02)', async () => {
      await set({ prefix: '/web/' })
      const state = await lookAtEtcd(model)
      assert.deepEqual(state.users, ['root', 'web'])
      assert.deepEqual(Object.keys(state.roles).sort(), ['etcd-charm-client', 'root', 'web'])
      assert.equal((await responsesOf(model, id)).length, 1)
    })

    await step(
      'another prefix: the old range is revoked, the new one granted, to the same user (N01)',
      async () => {
        await set({ prefix: '/moved/' })
        await withClient(model, id, 'web', async (client) => {
          await client.put('/moved/a', 'here')
          await assert.rejects(client.get('/web/a'), /permission denied/)
        })
      },
    )

    await step(
      'an empty resource is refused, and is the whole key space once the operator allows it (C15)',
      async () => {
        await set({ prefix: '' })
        assert.match((await model.application('etcd')).status.message, /allow-full-keyspace=true/)
        assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
        await model.configure('etcd', { 'allow-full-keyspace': true })
        await model.settle()
        await model.updateStatus()
        await withClient(model, id, 'web', async (client) => {
          assert.equal(await client.get('/moved/a'), 'here')
          await client.put('anywhere', 'yes')
        })
        await model.configure('etcd', { 'allow-full-keyspace': false })
        await model.settle()
        assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      },
    )

    assert.deepEqual(await model.failedHooks(), [])
  },
)
