// etcd's root, by this unit's admin certificate: at its own member first, then at its peers'.

import { setTimeout as sleep } from 'node:timers/promises'
import { type EtcdClient, openEtcd } from '../etcd/client.ts'
import { readClusterVersion } from '../etcd/cluster-version.ts'
import { shakeHands } from '../etcd/handshake.ts'
import type { MemberId } from '../etcd/types.ts'
import { url } from '../machine/network.ts'
import type { LockedOut, Observed, PeersSeen } from './observed.ts'
import { readCredentials } from './own-credentials.ts'
import { membersOf, votersOf } from './plan/cluster/members.ts'

/** Where this unit's own member listens, whatever the network does. */
export const ownEndpoint = url('https', '127.0.0.1', 2379)

export interface AdminOptions {
  readonly endpoints: readonly string[]
  /** Each request's, in milliseconds. */
  readonly deadlineMs?: number
}

/** `undefined` until the certificate is there, and of this unit's key. */
export async function openAdmin(options: AdminOptions): Promise<EtcdClient | undefined> {
  const credentials = await readCredentials('admin')
  return credentials && openEtcd({ ...options, credentials })
}

/** As this unit's own member tells it. */
export async function askClusterVersion(): Promise<string | undefined> {
  const credentials = await readCredentials('admin')
  return credentials && readClusterVersion(ownEndpoint, credentials)
}

/** Of this hook: its process runs no other. */
let foundLocked = false

/** As soon as it listens: whether a member that was just started keeps everybody out, by what it trusts. */
export async function readLockUp({
  patienceMs,
}: {
  readonly patienceMs: number
}): Promise<string | undefined> {
  const credentials = await readCredentials('admin')
  for (const until = performance.now() + patienceMs; credentials; await sleep(100)) {
    const handshake = await shakeHands(ownEndpoint, credentials)
    if (handshake.kind === 'locked-out') return handshake.words
    if (handshake.kind !== 'absent' || performance.now() >= until) return undefined
  }
  return undefined
}

/** That this unit's own member keeps everybody out by what it trusts; `undefined` where that is not what it does. */
export async function readLockOut(): Promise<LockedOut | undefined> {
  const credentials = await readCredentials('admin')
  const handshake = credentials && (await shakeHands(ownEndpoint, credentials))
  if (handshake?.kind !== 'locked-out') return undefined
  const found = { words: handshake.words, again: foundLocked }
  foundLocked = true
  return found
}

/** This unit's own member, then those that its peers told of. */
export function endpointsToAsk({
  unit,
  peers,
}: {
  unit: string
  peers: PeersSeen | undefined
}): readonly string[] {
  const others = [...(peers?.units ?? [])].flatMap(([name, { databag }]) =>
    name === unit || databag.endpoint === undefined ? [] : [`https://${databag.endpoint}`],
  )
  return [ownEndpoint, ...others.toSorted()]
}

/**
 * A member that is cut off takes a change, and never gets it done: so voters that answer come first. This unit's own may be one that
 * is cut off, having just moved, say. `last` is asked after them, whatever it answers.
 */
export function answeringFirst(observed: Observed, last?: MemberId): readonly string[] {
  const answering = votersOf(membersOf(observed) ?? []).filter(({ id, responds }) => responds && id !== last)
  return [...new Set([...answering.flatMap(({ clientUrls }) => clientUrls), ...endpointsToAsk(observed)])]
}
