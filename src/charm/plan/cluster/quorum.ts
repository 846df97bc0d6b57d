// Whether the cluster has lost its quorum for good, as far as a member that stands alone can tell. An election that is under way
// is no loss: then enough members answer.

import type { Observed } from '../../observed.ts'
import { memberName, quorumOf, votersOf } from './members.ts'

export interface Loss {
  readonly answering: number
  readonly voters: number
  /** Names of the members that do not answer, sorted. */
  readonly away: readonly string[]
}

export function lostQuorum({ etcd, peers }: Observed): Loss | undefined {
  if (etcd.kind !== 'down' || !etcd.standing) return undefined
  const voters = votersOf(etcd.standing)
  const away = voters.filter((member) => !member.responds).map(({ name }) => name)
  const answering = voters.length - away.length
  // One that reads its data is about to answer, however long that takes.
  const starting = startingUnits(peers).filter((unit) => away.includes(memberName(unit)))
  const enough = answering + starting.length >= quorumOf(voters.length)
  return enough ? undefined : { answering, voters: voters.length, away }
}

/** As they told in their last hook. */
export function startingUnits(peers: Observed['peers']): readonly string[] {
  return [...(peers?.units ?? [])].flatMap(([unit, { databag }]) => (databag.starts ? [unit] : []))
}

export function describeLoss({ answering, voters, away }: Loss): string {
  return `quorum lost: ${answering} of ${voters} members answers; bring back ${away.join(', ')}, or remove those that are lost (juju remove-unit --force) and run recover-quorum on the leader`
}
