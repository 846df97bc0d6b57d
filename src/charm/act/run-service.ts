// Starts or restarts etcd, and waits for it. A start that takes longer than a hook may wait goes on, and a later hook sees its end.

import { gravestWords } from '../../etcd/judge-log.ts'
import { readHealth } from '../../etcd/health.ts'
import { letRun, makeUser } from '../../machine/binaries.ts'
import { defineService } from '../../machine/define-service.ts'
import { exists, giveFolder, makeDirectory } from '../../machine/file.ts'
import { giveKeys } from '../../machine/key-rights.ts'
import { readService, restartService, startService, stopService, whyKilled } from '../../machine/service.ts'
import { lookUpUser } from '../../machine/user.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { memberPath, provenFolder } from '../layout.ts'
import type { Begun, Loaded, Observed, StartFile } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'
import { readEnding } from '../observe/read-ending.ts'
import { readLockUp } from '../open-admin.ts'
import { blameFor, describeStart, partsOf } from '../plan/workload/next-start.ts'
import type { Start, Step } from '../step.ts'
import { checkPorts } from './check-ports.ts'
import { keepProvenAtFirst } from './proven-files.ts'
import { confirmStart, forgetBegun, noteBegun, readBegun, readInvocation } from './start-record.ts'
import { switchOrStay } from './switch-or-stay.ts'
import { writeFile } from './write-files.ts'

/** A database of gigabytes takes most of it. */
const servesWithin = 60_000
const quorumWithin = 5000
/** Peers try again every few seconds; then there may be an election. */
const readmittedWithin = 15_000

/** `ended`: with this it does not run, and the next look tells what to do about it. */
export type Outcome = 'serves' | 'starts' | 'ended'

export async function runService(
  observed: Observed,
  step: Extract<Step, { kind: 'service/start' | 'service/restart' }>,
): Promise<Outcome> {
  const { addresses, machine } = observed
  const workload = await findWorkload()
  await makeReady(workload)
  if (step.kind === 'service/start') {
    // One that systemd tries to start again and again is stopped first, or its own ports would count as taken.
    await stopService(workload.service)
    if (addresses) await checkPorts(addresses)
  } else if (machine.loaded) await keepProvenAtFirst(workload)
  await beginStart(workload, step.loading, observed.now, { halfway: true })
  const put = await putInForce(workload, step, { defined: machine.startDefined, now: observed.now })
  if (!put) return startAsBefore(workload, step, observed)
  await beginStart(workload, step.loading, observed.now)
  // Of a snap that was switched the service is stopped and disabled.
  const stopped = step.kind === 'service/start' || (step.switches && workload.kind === 'snap')
  if (stopped) await startService(workload.service)
  else await restartService(workload.service)
  return awaitStart(machine.loaded)
}

async function makeReady(workload: Workload): Promise<void> {
  if (workload.kind === 'binaries') {
    await makeUser()
    await letRun()
  }
  await giveKeys(workload)
  const owner = await lookUpUser(workload.user)
  await makeDirectory(workload.paths.data, { mode: 0o700, ...(owner && { owner }) })
  // Storage that was in use on another machine, or by the other kind of installation, belongs to that user's number.
  if (owner) await giveFolder(memberPath(workload), { owner })
}

/**
 * All that the start reads; from here on etcd would start with it, too, if it were started by itself.
 * @returns `false` where the release that lies ready is not taken
 */
async function putInForce(
  workload: Workload,
  { files, loading, switches }: Start,
  { defined, now }: { readonly defined: boolean; readonly now: number },
): Promise<boolean> {
  // The service first: what the configuration names, a folder say, it may be the one to make.
  if (!defined) await defineService(workload)
  const names = Object.keys(files).filter((name): name is StartFile => name in files)
  if (switches && !(await switchOrStay(workload, loading, now))) return false
  // After the switch: each revision of the snap has a configuration of its own.
  for (const file of names) await writeFile(file, files[file] ?? '')
  return true
}

/** In the same turn. One that did not run before is for the next look: what it reads is written for the release that lay ready. */
async function startAsBefore(
  workload: Workload,
  { kind }: Pick<Step, 'kind'>,
  { machine, now }: Observed,
): Promise<Outcome> {
  if (kind === 'service/start' || !machine.loaded) return 'ended'
  await beginStart(workload, machine.loaded, now)
  await startService(workload.service)
  return awaitStart(machine.loaded)
}

/** On record before it is made, and before the first of what it is to read is there. */
export async function beginStart(
  workload: Workload,
  loading: Loaded,
  now: number,
  how: Pick<Begun, 'halfway' | 'refuses'> = {},
): Promise<void> {
  const before = await readInvocation(workload)
  await noteBegun(workload, { loading, before, at: now, ...how })
}

/** A while, until it serves with the others; what it means if it doesn't, the next look tells. */
export async function readmit(): Promise<void> {
  await untilHealthy({ quorum: true, withinMs: readmittedWithin })
}

/** It may be that its members are just electing a leader. */
export async function awaitQuorum(why: string): Promise<void> {
  const problem = await untilHealthy({ quorum: true, withinMs: quorumWithin })
  if (problem !== undefined)
    throw new Waiting(
      `restart is due (${why}), but this member reaches no quorum, and stays as it is: ${problem}`,
    )
  quorums += 1
  // Its certificate may have ended, say: what the charm was told when it asked is in the status, too.
  if (quorums >= mostTries)
    throw new Waiting(
      `restart is due (${why}), but etcd, which has a quorum by its own word, takes no requests; the action health tells whether a certificate has ended`,
    )
}

/** Others may join all the while: so often does a hook try it with the members as they are by then. */
const mostTries = 3
/** Of this hook: its process runs no other. */
let lateJoins = 0
/** How often it had one, and was asked in vain before and after. */
let quorums = 0

/** Until the member itself serves, and then a little for its quorum: the others may be about to start, or may not be. */
export async function awaitStart(loaded: Loaded | undefined): Promise<Outcome> {
  const workload = await findWorkload()
  const ends = await watchEnd(workload)
  const problem = await untilHealthy({ quorum: false, withinMs: servesWithin, ends })
  if (problem !== undefined) return (await ends()) ? judgeEnd(workload, loaded, problem) : 'starts'
  if (await turnsBack(workload, loaded)) return 'ended'
  await untilHealthy({ quorum: true, withinMs: quorumWithin })
  return 'serves'
}

const listensWithin = 5000

/**
 * One that runs and lets nobody in, by what it trusts now and did not when it last served, is of no use: it stops, and goes back. Where it
 * trusts nothing new, it stays, and what it was started with is not kept to go back to.
 */
async function turnsBack(workload: Workload, loaded: Loaded | undefined): Promise<boolean> {
  const lockedOut = await readLockUp({ patienceMs: listensWithin })
  const begun = await readBegun(workload)
  const goesBack = begun && loaded && partsOf(begun.loading).trust !== partsOf(loaded).trust
  if (lockedOut === undefined || !goesBack || !(await exists(provenFolder(workload)))) {
    await confirmStart(workload, { keeps: lockedOut === undefined })
    return false
  }
  await noteBegun(workload, { ...begun, lockedOut })
  await stopService(workload.service)
  return true
}

/** @throws for one that goes on: the hook ends, and a later one sees it serve */
export function waitUnlessOver(outcome: Outcome, begunAt: number): Exclude<Outcome, 'starts'> {
  if (outcome === 'starts') throw new Waiting(describeStart(begunAt))
  return outcome
}

/** It runs no more, or is another one that systemd started after it. */
async function watchEnd({ service }: Workload): Promise<() => Promise<boolean>> {
  const first = await readService(service)
  return async () => {
    const now = await readService(service)
    return now.kind !== 'active' || (first.kind === 'active' && now.invocation !== first.invocation)
  }
}

/** It ended because of its data, because another member joined just before it, or because of what it was started with. */
async function judgeEnd(workload: Workload, loaded: Loaded | undefined, problem: string): Promise<'ended'> {
  const { log, verdict } = await readEnding(workload)
  const ending = verdict?.ending
  const begun = await readBegun(workload)
  if (ending) await forgetBegun(workload)
  if (ending === 'damaged') return 'ended'
  if (ending === 'outdated') lateJoins += 1
  if (ending === 'outdated' && lateJoins < mostTries) return 'ended'
  const newIsToBlame = !ending && begun !== undefined && blameFor(begun.loading, loaded) !== undefined
  if (newIsToBlame && (await exists(provenFolder(workload)))) return 'ended'
  const words = (await whyKilled(workload.service)) ?? gravestWords(log)
  throw new Waiting(`etcd does not serve after its start: ${problem}${words && `; ${words}`}`)
}

interface Patience {
  readonly quorum: boolean
  readonly withinMs: number
  /** Whether the service is not there to be waited for; asked after a while, since systemd may start it again. */
  readonly ends?: () => Promise<boolean>
}

const endsWithin = 3000

/** What is wrong when the time is over; `undefined` as soon as nothing is. */
async function untilHealthy({ quorum, withinMs, ends }: Patience): Promise<string | undefined> {
  const begun = performance.now()
  for (;;) {
    const health = await readHealth(metricsUrl, { quorum })
    if (health.healthy) return undefined
    const waited = performance.now() - begun
    if (waited > withinMs || (waited > endsWithin && (await ends?.()))) return health.reason
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
