// Defragments one member in the turn that restarts take, so that no two members are away at once. etcd goes on with it whatever becomes of
// who asked: so the turn lasts as long as it may take, and nobody else takes it for its own.

import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdFailure, EtcdTimeout } from '../../etcd/errors.ts'
import { defragment } from '../../etcd/history.ts'
import { lockHolder } from '../../etcd/lock.ts'
import type { Charm } from '../charm.ts'
import { noteDefragmented } from '../observe/defragmented.ts'
import { readMembers } from '../observe/members.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import { answeringFirst, openAdmin } from '../open-admin.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { everyMemberIsThere } from '../plan/maintenance/guards.ts'
import { defragmentingHolder, restartLock } from '../plan/cluster/absence.ts'
import { unitOf, unitsThereAre, votersOf } from '../plan/cluster/members.ts'
import type { Step } from '../step.ts'
import { handOver, lockUnlessFull } from './take-turn.ts'

type Defragment = Extract<Step, { kind: 'database/defragment' }>

/** A slow disk's. */
const bytesPerSecond = 10 * 1024 * 1024
const leastSeconds = 60
/** A hook waits no longer; what goes on then is seen by a later one. */
const hookSeconds = 90
/** The turn ends after whoever waits for the member has given up. */
const longerSeconds = 30

export async function defragmentInTurn(charm: Charm, observed: Observed, step: Defragment): Promise<void> {
  const client = await openAdmin({ endpoints: answeringFirst(observed, step.member) })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  const member = find(await readMembers(client), step)
  const seconds = Math.max(leastSeconds, Math.ceil(Number(member.status?.dbSize ?? 0n) / bytesPerSecond))
  const holder = defragmentingHolder(unitOf(member, unitsThereAre(observed)) ?? step.name)
  const byHook = charm.context.hook.kind !== 'action'
  // Asked again, etcd would do it once more behind the one that it is at. Only an operator knows better.
  if (byHook && (await lockHolder(client, restartLock)) === holder) throw goesOnYet(step)
  const lock = await lockUnlessFull(charm, client, {
    name: restartLock,
    holder,
    ttlSeconds: seconds + longerSeconds,
  })
  let asked = false
  try {
    const members = await readMembers(client)
    const missing = members.filter((one) => !everyMemberIsThere.holds([one]))
    if (missing.length > 0)
      throw new Waiting(
        `waiting to defragment ${step.name}: ${missing.map(({ name }) => name).join(', ')} is away`,
      )
    await handOver(client, find(members, step), votersOf(members))
    asked = true
    await ask(find(members, step), byHook ? Math.min(seconds, hookSeconds) : seconds)
  } catch (error) {
    const full = error instanceof EtcdFailure && /no space left/.test(error.what)
    const goesOn = asked && error instanceof EtcdTimeout && !full
    // Then the turn ends by itself.
    if (!goesOn) await lock?.[Symbol.asyncDispose]()
    if (full) throw new Blocked(`${step.name}: no room on its disk to defragment; enlarge its storage`)
    if (goesOn) throw goesOnYet(step, error)
    if (error instanceof EtcdFailure)
      throw new Waiting(`waiting to defragment ${step.name}: ${error.message}`, { cause: error })
    throw error
  }
  noteDefragmented()
  await lock?.[Symbol.asyncDispose]()
}

function goesOnYet({ name }: Defragment, cause?: unknown): Waiting {
  return new Waiting(`${name} is still being defragmented; look again with status`, { cause })
}

function find(members: readonly MemberSeen[], { member, name }: Defragment): MemberSeen {
  const found = members.find(({ id }) => id === member)
  if (!found) throw new Waiting(`${name} is no member any more; run it again`)
  return found
}

async function ask({ clientUrls }: MemberSeen, seconds: number): Promise<void> {
  const [endpoint] = clientUrls
  const client: EtcdClient | undefined =
    endpoint === undefined
      ? undefined
      : await openAdmin({ endpoints: [endpoint], deadlineMs: seconds * 1000 })
  if (!client || endpoint === undefined) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  await defragment(client, endpoint)
}
