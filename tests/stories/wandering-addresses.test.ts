// On the emulator alone: addresses come and go beside the machines’ own.
// Addresses that come and go beside a machine's own, and that Juju lists first: a virtual one that a failover moves, one of a Fan
// network. Members stay where they are, clients are told nothing new, and nobody restarts.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { etcdctl, openWorld } from './world.ts'

const starts = '/run/emulator/snap.charmed-etcd.etcd.service.starts'

async function look(model: Model, relation: number): Promise<unknown> {
  const { members } = JSON.parse(await etcdctl(model.unit('etcd/0').host, '-w', 'json', 'member', 'list'))
  const rows: readonly { name: string; ID: number; peerURLs: string[]; clientURLs: string[] }[] = members
  const ran = unitsOf(model).map(async (unit) => {
    const { stdout } = await model.unit(unit).host.run(['cat', starts])
    return [unit, stdout.split('\n').length - 1]
  })
  return {
    members: rows.map(({ name, ID, peerURLs, clientURLs }) => [name, ID, peerURLs, clientURLs]).sort(),
    starts: await Promise.all(ran),
    endpoints: model.databag(relation, 'etcd').endpoints,
  }
}

test('a virtual address that moves from member to member, and a Fan address, restart nobody', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const before = await look(model, id)
  // Below every machine's own, so that it would sort first too.
  const virtual = model.unit('etcd/0').host.address.replace(/\d+$/, '2')
  const alone = { cidr: `${virtual}/32`, device: 'eth0', first: true }

  await t.test('it comes', async () => {
    await model.addAddress('etcd/0', virtual, alone)
    await model.settle()
    await heal(model)
    assert.deepEqual(await look(model, id), before)
  })
  await t.test('it fails over, twice', async () => {
    for (const [from, to] of [
      ['etcd/0', 'etcd/1'],
      ['etcd/1', 'etcd/2'],
    ] as const) {
      await model.removeAddress(from, virtual)
      await model.addAddress(to, virtual, alone)
      await model.settle()
      await heal(model)
      assert.deepEqual(await look(model, id), before)
    }
  })
  await t.test('every machine gets a Fan address, listed first', async () => {
    for (const [nth, unit] of unitsOf(model).entries())
      await model.addAddress(unit, `252.0.${nth}.1`, { cidr: '252.0.0.0/8', device: 'fan-252', first: true })
    await model.settle()
    await heal(model)
    assert.deepEqual(await look(model, id), before)
  })
  await t.test('a reboot, with all of them there, changes nothing but that one start', async () => {
    await model.reboot('etcd/1')
    await model.settle()
    await heal(model)
    await assertSound(model)
    assert.equal(model.databag(id, 'etcd').endpoints?.includes(virtual), false)
    await assertWrites(model, id, '/web/after')
  })
  await t.test('a new unit that has such addresses from its first hook on joins at its own', async () => {
    const { name, host } = await model.addUnit('etcd')
    await model.addAddress(name, virtual.replace(/\d+$/, '3'), {
      ...alone,
      cidr: virtual.replace(/\d+$/, '3/32'),
    })
    await model.addAddress(name, '252.0.9.1', { cidr: '252.0.0.0/8', device: 'fan-252', first: true })
    await model.settle()
    await heal(model)
    await assertSound(model)
    const { members } = JSON.parse(await etcdctl(host, '-w', 'json', 'member', 'list'))
    const own = members.find((row: { name: string }) => row.name === name.replace('/', '-'))
    assert.deepEqual(own.peerURLs, [`https://${host.address}:2380`])
  })
})
