// Three units, one cluster: it grows by learners, restarts in turn, and shrinks without losing a write or a client.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import { lookAtEtcd, membersAt } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

const units = ['etcd/0', 'etcd/1', 'etcd/2']

story(
  'three units are one cluster that grows, rolls, and shrinks',
  { ownModel: true },
  async ({ model, step }) => {
    await model.deploy('etcd', { charm: 'etcd', units: 3 })
    await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
    await model.until('three units are active', async () =>
      (await model.units('etcd')).every((unit) => unit.workload.status === 'active'),
    )
    const look = async () => {
      const states = []
      for (const unit of units) states.push(await lookAtEtcd(model, unit))
      return states
    }

    await step('every unit is a voter', async () => {
      for (const unit of await model.units('etcd'))
        assert.deepEqual(unit.workload, { status: 'active', message: '' }, unit.name)
      const voters = ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => ({ name, learner: false }))
      assert.deepEqual(await membersAt(model, 'etcd/2'), voters)
    })

    await step('a new client restarts each member once and gets three endpoints (C02)', async () => {
      const before = await look()
      const id = await model.integrate('etcd:etcd-client', 'web:etcd')
      await untilServed(model, ['web'])
      const afterwards = await look()
      afterwards.forEach((state, at) => {
        assert.equal(state.starts, (before[at]?.starts ?? 0) + 1)
        assert.deepEqual(state.trusted, afterwards[0]?.trusted)
      })
      assert.equal((await model.databag(id, 'etcd')).endpoints?.split(',').length, 3)
      await withClient(model, id, 'web', (client) => client.put('/web/a', '1'))
    })
  },
)
