// Clients that come together share restarts, with one member as with three; one that never asks holds nobody up.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unitsOf } from './chaos/cluster.ts'
import { archives, connectAs, deployClients, lookAtEtcd, openWorld } from './world.ts'

for (const members of [1, 3])
  test(`eight clients come together, and a ninth never asks: two restarts of each of ${members} at most`, async () => {
    await using model = await openWorld()
    await model.deploy('etcd', { archive: archives.etcd, units: members })
    await model.deploy('mute', { archive: archives.client, config: { request: 'none' } })
    await model.settle()
    const mute = model.integrate('etcd:etcd-client', 'mute:etcd')
    await model.settle()
    assert.match(
      model.unit('etcd/0').app.status.message,
      new RegExp(`relation ${mute.id} \\(mute\\): no request`),
    )
    const units = unitsOf(model)
    const look = () => Promise.all(units.map((unit) => lookAtEtcd(model, unit)))
    const before = await look()
    const names = 'abcdefgh'.split('').map((letter) => `client-${letter}`)
    const relations = await deployClients(model, names, (name) => ({ prefix: `/${name}/` }))
    for (const [at, { starts, users }] of (await look()).entries()) {
      const restarts = starts - (before[at]?.starts ?? 0)
      assert.ok(restarts <= 2, `${restarts} restarts of ${units[at]}`)
      assert.deepEqual(users, [...names, 'root'])
    }
    for (const [name, id] of relations) {
      const client = connectAs(model, id, name)
      await client.put(`/${name}/a`, name)
      client.close()
    }
    model.removeRelation(mute.id)
    await model.settle()
    assert.deepEqual(model.unit('etcd/0').app.status, { status: 'active', message: '' })
    assert.deepEqual(
      model.tables.journal.filter((run) => run.exit !== 0),
      [],
    )
  })
