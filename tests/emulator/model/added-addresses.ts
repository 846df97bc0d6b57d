// Addresses that come to a unit's machine and go again, beside those of its spaces.

import { insist } from '../host/host.ts'
import { unitNamed } from './operator.ts'
import type { AddedAddress } from './added-address.ts'
import type { Tables, Unit } from './state.ts'

export function openAddresses(tables: Tables) {
  return {
    /** As of an interface of that name, on the first one's bridge; `first` in what Juju lists. */
    async addAddress(name: string, address: string, how: Partial<AddedAddress> = {}): Promise<void> {
      const unit = unitNamed(tables, name)
      const row = { address, cidr: address.replace(/\d+$/, '0/24'), device: 'eth1', first: false, ...how }
      await change(unit, 'add', row)
      unit.moreAddresses.push(row)
    },
    /** Others come in to this endpoint by an address that the machine does not have, as behind a floating one. */
    translate(name: string, binding: string, address: string): void {
      unitNamed(tables, name).ingress.set(binding, address)
    },
    async removeAddress(name: string, address: string): Promise<void> {
      const unit = unitNamed(tables, name)
      const at = unit.moreAddresses.findIndex((row) => row.address === address)
      const [gone] = unit.moreAddresses.splice(at, 1)
      if (gone) await change(unit, 'del', gone)
    },
  }
}

function change({ host }: Unit, verb: 'add' | 'del', { address, cidr }: AddedAddress): Promise<void> {
  const length = cidr.replace(/^.*\//, '')
  return insist(host.name, host.spawn, ['ip', 'addr', verb, `${address}/${length}`, 'dev', 'eth0'])
}
