// Clients that come together share restarts, with one member as with three; one that never asks holds nobody up.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { deployClients } from './driver/deployments.ts'
import type { Need } from './driver/driver.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

for (const members of [1, 3]) {
  const title = `eight clients come together, and a ninth never asks: two restarts of each of ${members} at most`
  // Three machines more for what one shows as well: only where that costs nothing.
  const needs: readonly Need[] = members > 1 ? ['standstill'] : []
  story(title, { ownModel: members > 1, needs }, async ({ model, step }) => {
    await model.deploy('etcd', { charm: 'etcd', units: members })
    await model.deploy('mute', { charm: 'client', config: { request: 'none' } })
    await model.settle()
    const mute = await model.integrate('etcd:etcd-client', 'mute:etcd')
    await model.settle()
    const told = async () => (await model.application('etcd')).status
    assert.match((await told()).message, new RegExp(`relation ${mute} \\(mute\\): no request`))
    const units = (await model.units('etcd')).map(({ name }) => name)
    const look = async () => {
      const states = []
      for (const unit of units) states.push(await lookAtEtcd(model, unit))
      return states
    }
    const before = await look()
    const names = 'abcdefgh'.split('').map((letter) => `client-${letter}`)
    const relations = await deployClients(model, names, (name) => ({ prefix: `/${name}/` }))
    const after = await look()
    for (const { users } of after) assert.deepEqual(users, [...names, 'root'])
    await step(
      'two restarts',
      async () => {
        for (const [at, { starts }] of after.entries()) {
          const restarts = starts - (before[at]?.starts ?? 0)
          assert.ok(restarts <= 2, `${restarts} restarts of ${units[at]}`)
        }
      },
      { needs: ['standstill'] },
    )
    for (const [name, id] of relations)
      await withClient(model, id, name, (client) => client.put(`/${name}/a`, name))
    await model.removeRelation(mute)
    await model.settle()
    assert.deepEqual(await told(), { status: 'active', message: '' })
    assert.deepEqual(await model.failedHooks(), [])
  })
}
