// Spaces, and addresses of both families and of their own will (facts/juju.md §2.8, §3.6).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openModel } from './index.ts'
import { ask, packProbe } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const spaces = { alpha: 'dual', inner: 'ipv6' } as const

test('an endpoint has the addresses of the space that it is bound to', async () => {
  await using probe = await packProbe()
  await using model = await openModel({ ...options, spaces })
  await model.deploy('a', { archive: probe.archive, bindings: { in: 'inner' } })
  await model.settle()
  const asked = ['network-get out --format=json', 'network-get in --format=json', 'unit-get private-address']
  const [first, second, own] = await ask(model, 'a/0', asked)
  const [alpha, inner] = model.unit('a/0').host.interfaces.map(({ addresses }) => addresses)
  const addresses = (text = '') => [...text.matchAll(/"value":"([^"]+)"/g)].map(([, value]) => value)
  assert.deepEqual(addresses(first?.out), alpha)
  assert.deepEqual(addresses(second?.out), inner)
  assert.match(first?.out ?? '', /"interface-name":"eth0".*"egress-subnets":\["10\.[\d.]+\/32"\]/)
  assert.match(
    second?.out ?? '',
    /"cidr":"fd00:[0-9a-f]+::\/64".*"egress-subnets":\["fd00:[0-9a-f:]+\/128"\]/,
  )
  assert.equal(own?.out.trim(), alpha?.[0])
})

test('a machine that has another address is told to its units by config-changed', async () => {
  await using probe = await packProbe()
  await using model = await openModel({ ...options, spaces })
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const ran = async (): Promise<readonly string[]> => (await model.settle()).map(({ hook }) => hook)
  const { host } = model.unit('a/0')
  await host.readdress('fd00:77::5', 'inner')
  assert.deepEqual(await ran(), ['config-changed'])
  assert.match((await host.run(['ip', '-6', 'addr', 'show', 'dev', 'eth1'])).stdout, /fd00:77::5\/64/)
  await host.readdress(host.address.replace(/\d+$/, '99'))
  await model.reboot('a/0')
  assert.deepEqual(await ran(), ['start', 'config-changed'])
})
