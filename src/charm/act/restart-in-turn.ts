// Restarts in turn: a member restarts only while it holds the cluster's lock, and only while the others are enough for a quorum. The lock
// ends with its lease, a start may not: so a note says who went last, and nobody goes while that one is away.

import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdFailure } from '../../etcd/errors.ts'
import { type LockOptions, leaveNote, lockHolder, takeNoteBack } from '../../etcd/lock.ts'
import type { Charm } from '../charm.ts'
import { readWork } from '../keep-lock.ts'
import { authoritiesAreInForce } from '../plan/certificates/guards.ts'
import { myRestartTurn } from '../plan/cluster/guards.ts'
import { readMembers } from '../observe/members.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { notWaitedFor, restartingNote, restartLock } from '../plan/cluster/absence.ts'
import { dueLikeThis } from '../plan/cluster/leader-last.ts'
import { memberName, memberOf, membersOf } from '../plan/cluster/members.ts'
import { waitedForWhenFull } from '../plan/workload/quota.ts'
import { describeWork, orderOf } from '../plan/refresh/hold.ts'
import type { Step } from '../step.ts'
import { type Outcome, runService } from './run-service.ts'
import { assertNobodyRefused } from './refusal-notes.ts'
import { giveLeadershipAway, ignoreFailure, lockUnlessFull, pause, waitForLock } from './take-turn.ts'
import { tryTruststore } from './write-files.ts'

type Restart = Extract<Step, { kind: 'service/restart' }>

/** Longer than a hook waits for a restart. */
const ttlSeconds = 90
/** For members that are away: one that is down must not block the others for ever, nor the hooks that bring it back. */
const awayPatienceMs = 5000
export const turn = { lock: restartLock, note: restartingNote } as const

/** Where it is this unit's turn; a unit that is alone has nobody to wait for, and nor has one that must restart to find the others. */
export async function restartInTurn(charm: Charm, observed: Observed, step: Restart): Promise<Outcome> {
  const { etcd } = observed
  await tryTruststore(observed, step)
  const restart = (): Promise<Outcome> => runService(observed, step)
  if (etcd.kind !== 'up' || membersOf(observed)?.length === 1) return restart()
  const trustsOthers = step.loading.authorities !== observed.machine.loaded?.authorities
  if (trustsOthers && !authoritiesAreInForce.holds(observed)) return restart()
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return restart()
  await using _closed = client
  const options = { name: turn.lock, holder: observed.unit, ttlSeconds }
  if (!etcd.here) return comeBack(charm, client, options, restart)
  try {
    const lock = await lockUnlessFull(charm, client, options)
    if (!lock) await mayGoWhenFull(observed, client)
    await getReady({ charm, client, observed, step }, lock !== undefined).catch(async (error: unknown) => {
      await lock?.[Symbol.asyncDispose]()
      throw error
    })
    return await goNow(client, observed.unit, lock, restart)
  } catch (error) {
    if (error instanceof EtcdFailure)
      throw new Waiting(`waiting for its turn to restart: ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * One that does not come back keeps the lock until its lease ends: what broke it must not break the next one at once. Nobody goes after
 * that either, as long as it is away.
 */
async function goNow(
  client: EtcdClient,
  unit: string,
  lock: AsyncDisposable | undefined,
  restart: () => Promise<Outcome>,
): Promise<Outcome> {
  const outcome = await restart()
  if (outcome !== 'serves') return outcome
  if (lock) await takeNoteBack(client, turn.note, unit).catch(ignoreFailure)
  await lock?.[Symbol.asyncDispose]()
  return outcome
}

/** It is away already, so nobody who has the turn can keep it away for good; but while it comes back, nobody else should go. */
async function comeBack(
  charm: Charm,
  client: EtcdClient,
  options: LockOptions,
  restart: () => Promise<Outcome>,
): Promise<Outcome> {
  const lock = await waitForLock(charm, client, options).catch((error: unknown) => {
    if (error instanceof EtcdFailure || error instanceof Waiting) return undefined
    throw error
  })
  if (lock) await leaveNote(client, turn.note, options.holder).catch(ignoreFailure)
  return goNow(client, options.holder, lock, restart)
}

async function mayGoWhenFull(observed: Observed, client: EtcdClient): Promise<void> {
  const members = await readMembers(client)
  const own = memberOf(members, observed.unit)
  const first = own && waitedForWhenFull(observed, members, own)
  if (!first) return
  throw new Waiting(
    first === own
      ? 'restart is due, but the database is full and takes no lock for it; compact and defragment it, or raise quota-backend-bytes'
      : `waiting for its turn to restart, after ${first.name}`,
  )
}

async function getReady(of: Waited, locked: boolean): Promise<void> {
  const { client, observed, step } = of
  if (step.switches) await assertNobodyWorks(client)
  const members = await waitForOthers(of)
  await assertNobodyRefused(client, observed, step.loading, members)
  const due = new Set(dueLikeThis(observed, step.loading, members))
  const done = members.filter((member) => !member.learner && !due.has(member.name))
  await giveLeadershipAway(client, members, observed.unit, done)
  if (locked) await leaveNote(client, turn.note, observed.unit)
}

/** Whoever begins after this finds this turn taken, or reads on from another member. */
async function assertNobodyWorks(client: EtcdClient): Promise<void> {
  const work = await readWork(client)
  if (work) throw new Waiting(`waiting to restart with another release: ${describeWork(work)}`)
}

interface Waited {
  readonly charm: Charm
  readonly client: EtcdClient
  readonly observed: Observed
  readonly step: Restart
}

/** The members: once all that are waited for answer, or in the end where those that do are enough for a quorum. */
async function waitForOthers({ charm, client, observed, step }: Waited): Promise<readonly MemberSeen[]> {
  const { unit } = observed
  // Into another release nobody goes while one is away, whoever waits for it; but where an operator answers for that.
  const answered = orderOf(observed)?.health === false
  const without = step.switches ? new Set<string>() : notWaitedFor(observed)
  for (const until = performance.now() + awayPatienceMs; ; await pause()) {
    const members = await readMembers(client)
    const own = memberOf(members, unit)
    const others = members.filter((member) => member !== own && !without.has(member.name))
    const away = others.filter((member) => !member.responds)
    if (away.length === 0) return members
    if (performance.now() < until && !charm.deadline.aborted) continue
    const last = await lockHolder(client, turn.note)
    if (last !== undefined && last !== unit && away.some(({ name }) => name === memberName(last)))
      throw new Waiting(`waiting for its turn to restart, after ${last}, which has not come back yet`)
    const mayGo = !step.switches || answered
    if (mayGo && myRestartTurn.holds(members, own)) return members
    throw new Waiting(
      `restart is due, but ${away.map(({ name }) => name).join(', ')} does not answer; bring it back or remove its unit`,
    )
  }
}
