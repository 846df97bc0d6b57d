// Restarts in turn: a member restarts only while it holds the cluster's lock, and only while the others are enough for a quorum.
// It gives raft leadership away first, so that clients wait for no election.

import type { EtcdClient } from '../../etcd/client.ts'
import { moveLeader } from '../../etcd/cluster.ts'
import { EtcdFailure, EtcdOutOfSpace } from '../../etcd/errors.ts'
import { type Lock, type LockOptions, takeLock } from '../../etcd/lock.ts'
import type { Charm } from '../charm.ts'
import { myRestartTurn } from '../guards.ts'
import { readMembers } from '../observe-members.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin, ownEndpoint } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { notWaitedFor, restartLock } from '../plan/absence.ts'
import { memberOf, membersOf, votersOf } from '../plan/members.ts'
import { waitedForWhenFull } from '../plan/quota.ts'

/** Longer than a restart may take, its wait for health included. */
const ttlSeconds = 90
const lockPatienceMs = 30_000
/** For members that are away: one that is down must not block the others for ever, nor the hooks that bring it back. */
const awayPatienceMs = 5000

/** Does what restarts this unit's member when it is its turn; a unit that is alone has nobody to wait for. */
export async function inTurn(charm: Charm, observed: Observed, restart: () => Promise<void>): Promise<void> {
  const { etcd } = observed
  // Without a quorum nobody loses anything by the restart.
  if (etcd.kind !== 'up' || membersOf(observed)?.length === 1) return restart()
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return restart()
  await using _closed = client
  const turn = { name: restartLock, holder: observed.unit, ttlSeconds }
  if (!etcd.here) return comeBack(charm, client, turn, restart)
  try {
    const lock = await lockUnlessFull(charm, client, turn)
    if (!lock) await mayGoWhenFull(observed, client)
    await giveLeadershipAway(client, await waitForOthers(charm, client, lock, observed), observed.unit)
    await restart()
    // One that does not come back keeps the lock until its lease ends: what broke it must not break the next one at once.
    await lock?.[Symbol.asyncDispose]()
  } catch (error) {
    if (error instanceof EtcdFailure)
      throw new Waiting(`waiting for its turn to restart: ${error.message}`, { cause: error })
    throw error
  }
}

/** It is away already, so nobody who has the turn can keep it away for good; but while it comes back, nobody else should go. */
async function comeBack(
  charm: Charm,
  client: EtcdClient,
  turn: LockOptions,
  restart: () => Promise<void>,
): Promise<void> {
  const lock = await waitForLock(charm, client, turn).catch((error: unknown) => {
    if (error instanceof EtcdFailure || error instanceof Waiting) return undefined
    throw error
  })
  await restart()
  await lock?.[Symbol.asyncDispose]()
}

type HeldLock = Extract<Lock, { kind: 'held' }>

async function waitForLock(charm: Charm, client: EtcdClient, options: LockOptions): Promise<HeldLock> {
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

async function mayGoWhenFull(observed: Observed, client: EtcdClient): Promise<void> {
  const members = await readMembers(client)
  const own = memberOf(members, observed.unit)
  const first = own && waitedForWhenFull(observed, members, own)
  if (!first) return
  throw new Waiting(
    first === own
      ? 'restart is due, but the database is full and takes no lock for it'
      : `waiting for its turn to restart, after ${first.name}`,
  )
}

/** The members: once all that are waited for answer, or in the end where those that do are enough for a quorum. */
async function waitForOthers(
  charm: Charm,
  client: EtcdClient,
  lock: HeldLock | undefined,
  observed: Observed,
): Promise<readonly MemberSeen[]> {
  const without = notWaitedFor(observed)
  for (const until = performance.now() + awayPatienceMs; ; await pause()) {
    const members = await readMembers(client)
    const own = memberOf(members, observed.unit)
    const others = members.filter((member) => member !== own && !without.has(member.name))
    const away = others.filter((member) => !member.responds)
    if (away.length === 0) return members
    if (performance.now() < until && !charm.deadline.aborted) continue
    if (myRestartTurn.holds(members, own)) return members
    await lock?.[Symbol.asyncDispose]()
    throw new Waiting(
      `restart is due, but ${away.map(({ name }) => name).join(', ')} does not answer; bring it back or remove its unit`,
    )
  }
}

export async function giveLeadershipAway(
  client: EtcdClient,
  members: readonly MemberSeen[],
  unit: string,
): Promise<void> {
  const own = memberOf(members, unit)
  const heir = votersOf(members).find((member) => member !== own && member.responds)
  if (own?.leads && heir) await moveLeader(client, ownEndpoint, heir.id)
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500))
}
