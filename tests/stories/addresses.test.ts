// On the emulator alone: machines are given other addresses.
// Machines come back under other addresses: peer URLs, certificates and endpoints follow, and nobody does anything by hand.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { archives, connectAs, etcdctl, openWorld } from './world.ts'
import { writesOf } from './driver/emulator-of.ts'

async function deploy(units: number): Promise<{ model: Model; id: number }> {
  const model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await write(model, id, 'before')
  return { model, id }
}

async function write(model: Model, id: number, key: string): Promise<void> {
  const client = connectAs(model, id, 'web')
  await client.put(`/web/${key}`, key)
  client.close()
}

async function read(model: Model, id: number, key: string): Promise<string | null> {
  const client = connectAs(model, id, 'web')
  const value = await client.get(`/web/${key}`)
  client.close()
  return value
}

const names = (model: Model): readonly string[] =>
  (model.tables.applications.get('etcd')?.units ?? []).map(({ name }) => name)

/** The machines go down together, and come up with addresses that nobody had. */
async function move(model: Model, units: readonly string[], by: number): Promise<void> {
  for (const unit of units) {
    const { host } = model.unit(unit)
    await host.readdress(host.address.replace(/\d+$/, (last) => String(Number(last) + by)))
  }
  for (const unit of units) await model.reboot(unit)
}

/** Hooks, and then quiet minutes until nobody has anything to say. */
async function follow(model: Model): Promise<void> {
  await model.settle()
  for (let minutes = 0; minutes < 3; minutes += 1)
    if (writesOf(await model.updateStatus()).length === 0) return
}

/** All say the same of where everybody is, and a client reads what was there and writes. */
async function assertFollowed(model: Model, id: number, key: string): Promise<void> {
  const expected = names(model).map((unit) => [
    unit.replace('/', '-'),
    [`https://${model.unit(unit).host.address}:2380`],
    [`https://${model.unit(unit).host.address}:2379`],
  ])
  for (const unit of names(model)) {
    const { host, workload } = model.unit(unit)
    assert.deepEqual(workload, { status: 'active', message: '' }, unit)
    const { members } = JSON.parse(await etcdctl(host, '-w', 'json', 'member', 'list'))
    const rows = members.map((row: { name: string; peerURLs: string[]; clientURLs: string[] }) => [
      row.name,
      row.peerURLs,
      row.clientURLs,
    ])
    assert.deepEqual(
      rows.toSorted(([a]: string[], [b]: string[]) => (a && b && a < b ? -1 : 1)),
      expected,
    )
    for (const file of ['server', 'peer']) {
      const pem = (await host.run(['cat', `/var/snap/charmed-etcd/common/tls/${file}.crt`])).stdout
      assert.equal(new X509Certificate(pem).checkIP(host.address), host.address)
    }
  }
  const endpoints = names(model).map((unit) => `${model.unit(unit).host.address}:2379`)
  assert.equal(model.databag(id, 'etcd').endpoints, endpoints.toSorted().join(','))
  assert.equal(await read(model, id, 'before'), 'before')
  await write(model, id, key)
  assert.deepEqual(writesOf(await model.updateStatus()), [], 'a settled model stays silent')
}

test('one member alone comes back with another address', async () => {
  const { model, id } = await deploy(1)
  await using _model = model
  await move(model, ['etcd/0'], 50)
  await model.settle()
  await assertFollowed(model, id, 'alone')
})

test('three members, of which some move', async (t) => {
  const { model, id } = await deploy(3)
  await using _model = model

  await t.test('the one that leads Juju and raft', async () => {
    await move(model, [model.tables.applications.get('etcd')?.leader ?? ''], 50)
    await model.settle()
    await assertFollowed(model, id, 'leader')
  })

  await t.test('two at once: the one that stayed is where they meet', async () => {
    await move(model, ['etcd/0', 'etcd/2'], 70)
    await follow(model)
    await assertFollowed(model, id, 'two')
  })

  await t.test('while it runs, as when a lease is not renewed', async () => {
    const { host } = model.unit('etcd/1')
    await host.readdress(host.address.replace(/\d+$/, (last) => String(Number(last) + 60)))
    await follow(model)
    await assertFollowed(model, id, 'running')
  })

  await t.test(
    'all at once: the status says so, and recover-quorum founds the cluster at the new addresses',
    async () => {
      await move(model, names(model), 20)
      await model.settle()
      await model.updateStatus()
      for (const unit of names(model))
        assert.match(
          model.unit(unit).workload.message,
          /^quorum lost: .* and run recover-quorum on the leader/,
        )
      const leader = model.tables.applications.get('etcd')?.leader ?? ''
      const action = await model.runAction(leader, 'recover-quorum', { confirm: true })
      assert.equal(action.status, 'completed', action.message)
      await follow(model)
      await assertFollowed(model, id, 'all')
      for (const key of ['leader', 'two', 'running']) assert.equal(await read(model, id, key), key)
    },
  )
})
