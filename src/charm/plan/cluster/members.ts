// The cluster's members, matched to units: by the member's name, which is the unit's, and for one that has not started yet, and
// so has no name, by its peer URL.

import type { UnitAddresses } from '../../../interfaces/etcd-peers.ts'
import { url } from '../../../machine/network.ts'
import type { MemberSeen, Observed } from '../../observed.ts'

/** etcd's name of a unit's member: `etcd/0` is `etcd-0`. */
export function memberName(unit: string): string {
  return unit.replaceAll('/', '-')
}

export function peerUrlOf(addresses: UnitAddresses): string {
  return url('https', addresses.peer, 2380)
}

/** `undefined` where this hook did not ask, or could not. */
export function membersOf({ etcd }: Observed): readonly MemberSeen[] | undefined {
  return etcd.kind === 'up' ? etcd.members : undefined
}

/** Of a member that has started: before, it has no name. */
export function memberOf(members: readonly MemberSeen[], unit: string): MemberSeen | undefined {
  return members.find((member) => member.name === memberName(unit))
}

export function ownMember(observed: Observed): MemberSeen | undefined {
  const { unit, addresses } = observed
  const members = membersOf(observed) ?? []
  return (
    memberOf(members, unit) ??
    members.find(
      (member) => member.name === '' && addresses && member.peerUrls.includes(peerUrlOf(addresses)),
    )
  )
}

/** Units that Juju has, those on their way out among them; a member of any other belongs to nobody. */
export function unitsThereAre({ expectedUnits, peers, presentUnits }: Observed): ReadonlySet<string> {
  return new Set([...(presentUnits ?? expectedUnits ?? []), ...(peers?.units.keys() ?? [])])
}

/** The unit that a member is of; `undefined` where Juju has no such unit. */
export function unitOf(member: MemberSeen, units: ReadonlySet<string>): string | undefined {
  return [...units].find((unit) => memberName(unit) === member.name)
}

export function votersOf(members: readonly MemberSeen[]): readonly MemberSeen[] {
  return members.filter((member) => !member.learner)
}

export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** This unit's etcd takes clients: it runs, and votes. A hook that did not look at the members takes its own word for it. */
export function servesHere(observed: Observed): boolean {
  const { etcd } = observed
  if (etcd.kind !== 'up' || !etcd.here) return false
  if (etcd.members === undefined)
    return observed.peers?.units.get(observed.unit)?.databag.endpoint !== undefined
  return ownMember(observed)?.learner === false
}
