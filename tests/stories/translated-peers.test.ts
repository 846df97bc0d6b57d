// On the emulator alone: addresses are translated on the way between machines.
// A unit whose connections reach the others from an address that Juju knows nothing of, as behind address translation. etcd turns such
// a peer away, and says why on the other machine alone: the unit says it, leaves no learner behind, and joins once the option lets it.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, membersAt } from './chaos/cluster.ts'
import { inHost } from './chaos/disturbance.ts'
import { assertWrites, deployServed, read } from './chaos/units.ts'
import { etcdctl, openWorld } from './world.ts'
import { wholeMessage } from './driver/whole-message.ts'

/** From now on what that unit's machine sends to the other one comes from this address. */
async function translate(model: Model, unit: string, to: string, address: string): Promise<void> {
  const { host } = model.unit(unit)
  await inHost(
    model,
    unit,
    `ip addr add ${address}/24 dev eth0 && ip route add ${model.unit(to).host.address}/32 dev eth0 src ${address}`,
  )
  const { stdout } = await host.run(['ip', 'route', 'get', model.unit(to).host.address])
  assert.match(stdout, new RegExp(`src ${address}`))
}

test('a peer behind address translation', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 1)
  const { host } = model.unit('etcd/0')
  const peerUrl = `https://${host.address}:2380`
  const elsewhere = host.address.replace(/\d+$/, '222')
  const joining = await model.addUnit('etcd')
  await translate(model, 'etcd/1', 'etcd/0', elsewhere)

  await t.test('does not join, leaves no learner behind, and says why and what to do', async () => {
    await model.settle()
    await heal(model)
    const { status, message } = model.unit('etcd/1').workload
    const why =
      'its connections come from an address that its certificate does not name (address translation?)'
    assert.equal(
      `${status}: ${wholeMessage(message)}`,
      `blocked: ${peerUrl} turns this unit away: ${why}; see the option peer-address-check`,
    )
    assert.deepEqual(await membersAt(model, 'etcd/0'), [{ name: 'etcd-0', learner: false }])
    await assertWrites(model, id, '/web/meanwhile')
  })

  await t.test('a learner of it that never started is removed again', async () => {
    const own = `https://${joining.host.address}:2380`
    await etcdctl(host, 'member', 'add', 'etcd-1', '--learner', `--peer-urls=${own}`)
    await model.updateStatus('etcd')
    assert.deepEqual(await membersAt(model, 'etcd/0'), [{ name: 'etcd-0', learner: false }])
  })

  await t.test('is turned away for that very reason, as the log of the other machine says', async () => {
    const { stdout } = await host.run(['cat', '/var/log/snap.charmed-etcd.etcd.service.log'])
    assert.match(stdout, new RegExp(`rejected connection.*${elsewhere}.*does not match any of DNSNames`))
  })

  await t.test('joins once the option takes peers from anywhere', async () => {
    model.config('etcd', { 'peer-address-check': false })
    await model.settle()
    await heal(model)
    await assertSound(model)
    assert.equal(await read(model, 'etcd/1', '/web/meanwhile'), '1')
    const { stdout } = await host.run(['ss', '-tnH', 'sport', '=', ':2380'])
    assert.match(stdout, new RegExp(`${elsewhere}`))
  })
})
