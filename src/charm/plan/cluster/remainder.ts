// What is left of a cluster of which members went without leaving it: their machines are lost, or their etcd was stopped while nobody could
// agree to their departure. Where those who stay have all that was agreed on, they go on by themselves (docs/adr/0028).

import { noQuorumExists, nothingAgreedIsLost } from './guards.ts'
import type { Observed } from '../../observed.ts'
import { unitOf, unitsThereAre, votersOf } from './members.ts'
import { lostQuorum } from './quorum.ts'

export interface Remainder {
  /** Units that have the cluster's data. */
  readonly staying: readonly string[]
  /** Names of members that belong to no unit any more. */
  readonly gone: readonly string[]
}

/** The leader's to see; `undefined` where nobody may go on without being told to. */
export function remainderOf(observed: Observed): Remainder | undefined {
  const { etcd, expectedUnits, peers, unit } = observed
  if (!observed.leader || !expectedUnits || !peers?.application.founding?.born) return undefined
  if (!lostQuorum(observed) || !noQuorumExists.holds(observed)) return undefined
  const members = (etcd.kind === 'down' && etcd.standing) || []
  const voters = votersOf(members)
  // One that Juju still has may be about to leave.
  const units = unitsThereAre(observed)
  const stay = voters.filter((member) => unitOf(member, units) !== undefined)
  if (stay.length === voters.length || stay.some((member) => !member.responds)) return undefined
  if (!nothingAgreedIsLost.holds(voters, stay)) return undefined
  const staying = stay.flatMap((member) => unitOf(member, units) ?? [])
  // Nobody has data of which those here know nothing.
  const known = new Set(members.map((member) => unitOf(member, units)))
  const blank = (name: string): boolean =>
    name === unit ? !observed.machine.data : peers.units.get(name)?.databag.data === false
  if (![...units].every((name) => known.has(name) || blank(name))) return undefined
  return { staying, gone: voters.filter((member) => !stay.includes(member)).map(({ name }) => name) }
}
