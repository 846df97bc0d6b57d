// Taking the cluster's lock, and giving raft leadership away before a member goes, so that clients wait for no election.

import type { EtcdClient } from '../../etcd/client.ts'
import { moveLeader } from '../../etcd/cluster.ts'
import { EtcdFailure, EtcdOutOfSpace } from '../../etcd/errors.ts'
import { type Lock, type LockOptions, takeLock } from '../../etcd/lock.ts'
import type { Charm } from '../charm.ts'
import type { MemberSeen } from '../observed.ts'
import { ownEndpoint } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { memberOf, votersOf } from '../plan/cluster/members.ts'

const lockPatienceMs = 30_000
export type HeldLock = Extract<Lock, { kind: 'held' }>

export async function waitForLock(charm: Charm, client: EtcdClient, options: LockOptions): Promise<HeldLock> {
  for (const until = performance.now() + lockPatienceMs; ; await pause()) {
    const lock = await takeLock(client, options)
    if (lock.kind === 'held') return lock
    if (performance.now() > until || charm.deadline.aborted)
      throw new Waiting(`waiting for its turn (${options.name}), after ${lock.by}`)
  }
}

/** `undefined` where the database is full: then it takes no lock. */
export async function lockUnlessFull(
  charm: Charm,
  client: EtcdClient,
  options: LockOptions,
): Promise<HeldLock | undefined> {
  try {
    return await waitForLock(charm, client, options)
  } catch (error) {
    if (error instanceof EtcdOutOfSpace) return undefined
    throw error
  }
}

/** Of this unit's own member, before it goes. `preferred`: who is the first choice, if there is one. */
export async function giveLeadershipAway(
  client: EtcdClient,
  members: readonly MemberSeen[],
  unit: string,
  preferred: readonly MemberSeen[] = [],
): Promise<void> {
  const own = memberOf(members, unit)
  if (own) await handOver(client, own, [...preferred, ...votersOf(members)], ownEndpoint)
}

/** Of a member that is about to answer nobody, asked by whoever has the turn for it: the first heir that answers leads. */
export async function handOver(
  client: EtcdClient,
  from: MemberSeen,
  heirs: readonly MemberSeen[],
  endpoint = from.clientUrls[0],
): Promise<void> {
  const heir = heirs.find((member) => member.id !== from.id && member.responds)
  if (from.leads && heir && endpoint !== undefined) await moveLeader(client, endpoint, heir.id)
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500))
}

/** A note that can't be written or taken back holds nobody up. */
export function ignoreFailure(error: unknown): void {
  if (!(error instanceof EtcdFailure)) throw error
}
