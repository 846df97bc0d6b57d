// Whether the cluster has lost its quorum for good, as far as a member that stands alone can tell. An election that is under way
// is no loss: then enough members answer.

import type { Observed } from '../observed.ts'
import { quorumOf, votersOf } from './members.ts'

export interface Loss {
  readonly answering: number
  readonly voters: number
  /** Names of the members that do not answer, sorted. */
  readonly away: readonly string[]
}

export function lostQuorum({ etcd }: Observed): Loss | undefined {
  if (etcd.kind !== 'down' || !etcd.standing) return undefined
  const voters = votersOf(etcd.standing)
  const away = voters.filter((member) => !member.responds).map(({ name }) => name)
  const answering = voters.length - away.length
  return answering < quorumOf(voters.length) ? { answering, voters: voters.length, away } : undefined
}

export function describeLoss({ answering, voters, away }: Loss): string {
  return `quorum lost: ${answering} of ${voters} members answers; bring back ${away.join(', ')}, or run recover-quorum on the leader`
}
