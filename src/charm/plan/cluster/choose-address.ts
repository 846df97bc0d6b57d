// Which of a machine's addresses a unit is reached at. It is part of who a member is: so the one in use stays as long as Juju lists it,
// wherever in the list. A new unit takes one that is its machine's own, and not one that wanders between machines.

import type { BindAddress, Network } from '../../../juju/index.ts'

/** `before` is what this unit told its peers. `undefined` where Juju knows of no address. */
export function chooseAddress(network: Network, before: string | undefined): string | undefined {
  const { bindAddresses } = network
  if (bindAddresses.some(({ address }) => address === before)) return before
  const ranked = bindAddresses.map((row) => ({ row, rank: rankOf(row, network) }))
  // The sort is stable: among equals Juju's order decides, once.
  return ranked.toSorted((a, b) => a.rank - b.rank)[0]?.row.address
}

/** The lowest is the best. */
function rankOf(row: BindAddress, { ingressAddresses }: Network): number {
  if (isOverlay(row) || isOfThisMachineOnly(row)) return 3
  return (isAlone(row) ? 1 : 0) + (ingressAddresses.includes(row.address) ? 0 : 1)
}

/** Fan: a network on top of the machine's own, of which other clouds and machines know nothing. */
function isOverlay({ address, device }: BindAddress): boolean {
  return device.startsWith('fan-') || (!address.includes(':') && Number(address.split('.')[0]) >= 240)
}

/** A bridge for containers, or a link's address. */
function isOfThisMachineOnly({ address, device }: BindAddress): boolean {
  return /^(docker|lxdbr|lxcbr|virbr|cni)/.test(device) || /^(fe80:|169\.254\.|127\.|::1$)/i.test(address)
}

/** In no network with others: a virtual address, which a failover takes to another machine. */
function isAlone({ cidr }: BindAddress): boolean {
  return cidr.endsWith('/32') || cidr.endsWith('/128')
}
