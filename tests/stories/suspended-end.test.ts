// A relation with another model that is removed while it is suspended. Juju 3.6 takes back what was granted over it, and the charm sees
// that; 4.0 shows an owner nothing of the kind, neither before nor after: the access ends when the operator says so, or its time is over.

import assert from 'node:assert/strict'
import { connectAcross, relateAcross } from './driver/across.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

story(
  'a client of another model whose relation is removed while it is suspended',
  { needs: ['cross-model'], ownModel: true, profiles: 'each' },
  async ({ model, step }) => {
    const across = await relateAcross(model, { charm: 'client', config: { prefix: '/web/', request: 'v1' } })
    const client = await connectAcross(across)
    await client.put('/web/a', 'served')
    await model.suspendRelation(across.there)
    await model.settle()
    await model.removeRelation(across.there)
    await model.updateStatus()
    if (model.profile === '4.0')
      await step(
        'keeps its access where nobody can see the end, and the operator is told how to end it',
        async () => {
          assert.equal(await client.get('/web/a'), 'served')
          const { status, message } = (await model.application('etcd')).status
          assert.equal(status, 'active')
          assert.match(
            message,
            /revoke-client common-name=web confirm=true; web keeps its access until .* UTC/,
          )
          const done = await model.runAction('etcd/leader', 'revoke-client', {
            'common-name': 'web',
            confirm: true,
          })
          assert.equal(done.status, 'completed', done.message)
          await model.updateStatus()
        },
      )
    await step('has lost its access (C50)', async () => {
      await assert.rejects(client.get('/web/a'))
      client.close()
      const { users, trusted } = await lookAtEtcd(model)
      assert.deepEqual(users, ['root'])
      assert.ok(!trusted.includes('CN=web'))
      assert.deepEqual(await model.failedHooks(), [])
    })
  },
)
