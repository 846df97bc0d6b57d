// On the emulator alone: machines are behind addresses that they do not have.
// Clients come in from outside by another address than a machine's own, as a floating one; members have another network, and another family of addresses.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { assertWrites } from './chaos/units.ts'
import { archives, openWorld } from './world.ts'

const tls = '/var/snap/charmed-etcd/common/tls'

test('by endpoints-as=ingress clients are told where they come in from outside, once the certificate names it', async () => {
  await using model = await openWorld({ spaces: { alpha: 'ipv6', internal: 'ipv4' } })
  await model.deploy('etcd', { archive: archives.etcd, units: 2, bindings: { 'etcd-peers': 'internal' } })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const units = ['etcd/0', 'etcd/1']
  const endpoints = (addresses: readonly string[]): string =>
    addresses
      .map((address) => `[${address}]:2379`)
      .toSorted()
      .join(',')
  const [own, outside] = [
    units.map((unit) => model.unit(unit).host.address),
    units.map((_, nth) => `2001:db8::${nth + 1}`),
  ]
  for (const [nth, unit] of units.entries()) model.translate(unit, 'etcd-client', outside[nth] ?? '')
  await model.settle()
  await model.updateStatus('etcd')
  assert.equal(model.databag(id, 'etcd').endpoints, endpoints(own))
  model.config('etcd', { 'endpoints-as': 'ingress' })
  await model.settle()
  await model.updateStatus('etcd')
  assert.equal(model.databag(id, 'etcd').endpoints, endpoints(outside))
  for (const [nth, unit] of units.entries()) {
    const { stdout } = await model.unit(unit).host.run(['cat', `${tls}/server.crt`])
    const shown = new X509Certificate(stdout)
    for (const address of [outside[nth] ?? '', own[nth] ?? '', '::1'])
      assert.equal(shown.checkIP(address), address, unit)
  }
  model.config('etcd', { 'endpoints-as': 'address' })
  await model.settle()
  await model.updateStatus('etcd')
  assert.equal(model.databag(id, 'etcd').endpoints, endpoints(own))
  await assertWrites(model, id, '/web/a')
})
