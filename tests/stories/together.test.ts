// Clients that come together share restarts; one that never asks holds nobody up.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archives, connectAs, deployClients, lookAtEtcd, openWorld } from './world.ts'

test('eight clients that come together cost two restarts at most, and a ninth that never asks none', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('mute', { archive: archives.client, config: { request: 'none' } })
  await model.settle()
  const mute = model.integrate('etcd:etcd-client', 'mute:etcd')
  await model.settle()
  assert.match(
    model.unit('etcd/0').app.status.message,
    new RegExp(`relation ${mute.id} \\(mute\\): no request`),
  )
  const before = (await lookAtEtcd(model)).starts
  const names = 'abcdefgh'.split('').map((letter) => `client-${letter}`)
  const relations = await deployClients(model, names, (name) => ({ prefix: `/${name}/` }))
  const { starts, users } = await lookAtEtcd(model)
  assert.ok(starts - before <= 2, `${starts - before} restarts`)
  assert.deepEqual(users, [...names, 'root'])
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
