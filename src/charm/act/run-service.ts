// Starts or restarts etcd and waits until it serves; then, and only then, notes what it was started with.

import { readHealth } from '../../etcd/health.ts'
import { gravestWords, judgeLog } from '../../etcd/judge-log.ts'
import type { UnitAddresses } from '../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import { giveFolder, makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { lastRunLog, readService, restartService, startService, stopService } from '../../machine/service.ts'
import { lookUpUser } from '../../machine/user.ts'
import { loadedPath, memberPath } from '../layout.ts'
import { findWorkload } from '../observe-machine.ts'
import type { Loaded } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { metricsUrl } from '../plan/configuration.ts'
import type { Step } from '../step.ts'
import { checkPorts } from './check-ports.ts'

const servesWithin = 30_000
const quorumWithin = 5000
/** Peers try again every few seconds; then there may be an election. */
const readmittedWithin = 15_000

export async function runService(
  step: Extract<Step, { kind: 'service/start' | 'service/restart' }>,
  addresses?: UnitAddresses,
): Promise<void> {
  const workload = await findWorkload()
  const owner = await lookUpUser(workload.user)
  await makeDirectory(workload.paths.data, { mode: 0o700, ...(owner && { owner }) })
  // Storage that was in use on another machine, or by the other kind of installation, belongs to that user's number.
  if (owner) await giveFolder(memberPath(workload), owner)
  if (step.kind === 'service/start') await start(workload.service, addresses)
  else await restartService(workload.service)
  // What it says of its data is looked at anew, and decided about.
  if (await waitUntilServing(workload.service)) await recordLoaded(step.loading)
}

/** A while, until it serves with the others; what it means if it doesn't, the next look tells. */
export async function readmit(): Promise<void> {
  await untilHealthy({ quorum: true, withinMs: readmittedWithin })
}

/** One that systemd tries to start again and again is stopped first, or its own ports would count as taken. */
async function start(service: string, addresses: UnitAddresses | undefined): Promise<void> {
  await stopService(service)
  if (addresses) await checkPorts(addresses)
  await startService(service)
}

/** Others may join all the while: so often does a hook try it with the members as they are by then. */
const mostTries = 3
/** Of this hook: its process runs no other. */
let lateJoins = 0

/**
 * Until the member itself serves, and then a little for its quorum: the others may be about to start, or may not be. False where it
 * can't serve because of its data, or because another member joined just before it.
 */
async function waitUntilServing(service: string): Promise<boolean> {
  const ends = async (): Promise<boolean> => (await readService(service)).kind !== 'active'
  const problem = await untilHealthy({ quorum: false, withinMs: servesWithin, ends })
  if (problem !== undefined) {
    const log = await lastRunLog(service)
    const ending = judgeLog(log)?.ending
    if (ending === 'damaged') return false
    if (ending === 'outdated') lateJoins += 1
    if (ending === 'outdated' && lateJoins < mostTries) return false
    const words = gravestWords(log)
    throw new Waiting(`etcd does not serve after its start: ${problem}${words && `; ${words}`}`)
  }
  await untilHealthy({ quorum: true, withinMs: quorumWithin })
  return true
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

/** Written after the start: a crash in between costs one restart more, never one too few. */
export async function recordLoaded(loaded: Loaded): Promise<void> {
  const workload = await findWorkload()
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(loadedPath(workload), printJsonText(loaded), { mode: 0o600 })
}
