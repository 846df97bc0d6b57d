// Three units, one cluster: it grows by learners, restarts in turn, and shrinks without losing a write or a client.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { archives, connectAs, etcdctl, lookAtEtcd, openWorld } from './world.ts'

interface MemberRow {
  readonly name: string
  readonly isLearner?: boolean
  readonly peerURLs: readonly string[]
}

async function membersAt(model: Model, unit: string): Promise<readonly MemberRow[]> {
  const { members } = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'member', 'list'))
  return members.toSorted((a: MemberRow, b: MemberRow) => a.name.localeCompare(b.name))
}

test('three units are one cluster that grows, rolls, and shrinks', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()

  await t.test('every unit is a voter', async () => {
    for (const unit of ['etcd/0', 'etcd/1', 'etcd/2'])
      assert.deepEqual(model.unit(unit).workload, { status: 'active', message: '' }, unit)
    assert.deepEqual(
      (await membersAt(model, 'etcd/2')).map(({ name, isLearner }) => [name, isLearner ?? false]),
      [
        ['etcd-0', false],
        ['etcd-1', false],
        ['etcd-2', false],
      ],
    )
  })

  await t.test('a new client restarts each member once and gets three endpoints (C02)', async () => {
    const before = await Promise.all(['etcd/0', 'etcd/1', 'etcd/2'].map((unit) => lookAtEtcd(model, unit)))
    const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()
    const afterwards = await Promise.all(
      ['etcd/0', 'etcd/1', 'etcd/2'].map((unit) => lookAtEtcd(model, unit)),
    )
    afterwards.forEach((state, at) => {
      assert.equal(state.starts, (before[at]?.starts ?? 0) + 1)
      assert.deepEqual(state.trusted, afterwards[0]?.trusted)
    })
    assert.equal(model.databag(id, 'etcd').endpoints?.split(',').length, 3)
    const client = connectAs(model, id, 'web')
    await client.put('/web/a', '1')
    client.close()
  })
})
