import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseAddress } from '../../../../../src/charm/plan/cluster/choose-address.ts'
import type { BindAddress, Network } from '../../../../../src/juju/index.ts'

const own: BindAddress = { address: '10.0.0.5', device: 'eth0', cidr: '10.0.0.0/24' }
const virtual: BindAddress = { address: '10.0.0.2', device: 'eth0', cidr: '10.0.0.2/32' }
const fan: BindAddress = { address: '252.0.5.1', device: 'fan-252', cidr: '252.0.0.0/12' }
const plainFan: BindAddress = { address: '252.0.5.1', device: 'eth1', cidr: '252.0.0.0/12' }
const docker: BindAddress = { address: '172.17.0.1', device: 'docker0', cidr: '172.17.0.0/16' }
const second: BindAddress = { address: '10.1.0.5', device: 'eth1', cidr: '10.1.0.0/24' }
const six: BindAddress = { address: 'fd00::5', device: 'eth0', cidr: 'fd00::/64' }
const sixVirtual: BindAddress = { address: 'fd00::2', device: 'eth0', cidr: 'fd00::2/128' }
const link: BindAddress = { address: 'fe80::5', device: 'eth0', cidr: 'fe80::/64' }

const network = (rows: readonly BindAddress[], ingress = rows.map(({ address }) => address)): Network => ({
  bindAddresses: rows,
  ingressAddresses: ingress,
  egressSubnets: [],
})

describe('a new unit', () => {
  const rows: readonly (readonly [string, Network, BindAddress])[] = [
    ['takes the only address, whatever it is', network([virtual]), virtual],
    ['takes no virtual address', network([virtual, own]), own],
    ['takes no virtual address of IPv6', network([sixVirtual, six]), six],
    ['takes no Fan address, by its device', network([fan, own]), own],
    ['takes no Fan address, by its number', network([plainFan, own]), own],
    ['takes a virtual address rather than a Fan one', network([fan, virtual]), virtual],
    ['takes no bridge for containers', network([docker, own]), own],
    ['takes no link address', network([link, six]), six],
    ['takes what Juju sends others to', network([second, own], [own.address]), own],
    ['takes an address of a cloud that gives every machine a /32', network([virtual, docker]), virtual],
    ['of two families takes the one that Juju lists first', network([own, six]), own],
    ['of two networks takes the one that Juju lists first', network([second, own]), second],
  ]
  for (const [what, seen, expected] of rows)
    it(what, () => assert.equal(chooseAddress(seen, undefined), expected.address))
})

describe('the address in use', () => {
  it('stays as long as Juju lists it, wherever that is', () => {
    for (const rows of [[own], [virtual, own], [fan, second, virtual, own], [own, virtual]])
      assert.equal(chooseAddress(network(rows), own.address), own.address)
    assert.equal(chooseAddress(network([own, fan], []), fan.address), fan.address)
  })

  it('is left for another where Juju lists it no more', () => {
    assert.equal(chooseAddress(network([virtual, second]), own.address), second.address)
    assert.equal(chooseAddress(network([]), own.address), undefined)
  })
})
