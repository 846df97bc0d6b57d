// The founder goes on with the data that it has. Started as it is, it loses nothing, and where it was alone before, that is all.
// Where it was one of several, it waits in vain for a quorum: then a cluster of its own is founded on a copy of its database.

import { readHealth } from '../../etcd/health.ts'
import { membersByPeer } from '../../etcd/peer-view.ts'
import { makeDirectory } from '../../machine/file.ts'
import { readService, startService } from '../../machine/service.ts'
import { lookUpUser } from '../../machine/user.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { memberPath } from '../layout.ts'
import type { Observed } from '../observed.ts'
import { readCredentials } from '../own-credentials.ts'
import { readEnding } from '../observe/read-ending.ts'
import { ownPeerUrl } from '../observe/standing.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { remedyFor } from '../plan/cluster/damage.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'
import type { Step } from '../step.ts'
import { finishCopy, foundOnCopy, giveToUser } from './found-on-copy.ts'
import { beginStart, runService, waitUnlessOver } from './run-service.ts'
import { confirmStart } from './start-record.ts'

/** Of a raft election's usual second or two, many times over. */
const quorumWithin = 10_000
const answersWithin = 30_000

export async function resumeData(
  observed: Observed,
  step: Extract<Step, { kind: 'data/resume' }>,
): Promise<void> {
  const { machine, now } = observed
  const workload = await findWorkload()
  const owner = await lookUpUser(workload.user)
  await makeDirectory(workload.paths.data, { mode: 0o700, ...(owner && { owner }) })
  await finishCopy(workload, now)
  await giveToUser(workload, workload.paths.data)
  if (machine.service !== 'active') {
    await beginStart(workload, step.loading, now)
    await startService(workload.service)
  }
  const outcome = await untilKnown(observed, workload)
  if (outcome === 'serves') return confirmStart(workload)
  await foundOnCopy(workload, step.founding, now)
  const { loading, why } = step
  const start = { loading, files: {}, switches: false }
  waitUnlessOver(await runService(observed, { kind: 'service/start', ...start, why }), now)
}

/** Whether it serves as it is, or can't without members that are not there. What is neither is waited for, or told. */
async function untilKnown(observed: Observed, workload: Workload): Promise<'serves' | 'alone'> {
  let answeredAt: number | undefined
  for (const begun = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, 250))) {
    if ((await readHealth(metricsUrl, { timeoutMs: 1500 })).healthy) return 'serves'
    if ((await readService(workload.service)).kind !== 'active') return whyItEnded(observed, workload)
    if (!(await readHealth(metricsUrl, { quorum: false })).healthy) answeredAt = undefined
    else answeredAt ??= performance.now()
    const now = performance.now()
    if (answeredAt !== undefined && now - answeredAt > quorumWithin && (await lacksOthers())) return 'alone'
    if (now - begun > answersWithin)
      throw new Waiting(
        'etcd does not serve the data that the cluster is to be founded on; see journalctl on the unit',
      )
  }
}

async function whyItEnded(observed: Observed, workload: Workload): Promise<'alone'> {
  const { verdict } = await readEnding(workload)
  if (verdict?.ending === 'removed') return 'alone'
  if (verdict?.ending === 'damaged') {
    const { machine } = observed
    const folder = memberPath(workload)
    const remedy = remedyFor({ ...observed, machine: { ...machine, damage: verdict.words } })
    throw new Blocked(
      `the data that goes furthest is damaged (${verdict.words}); ${remedy}; it is in ${folder}`,
    )
  }
  throw new Waiting(
    'etcd ends at once with the data that the cluster is to be founded on; see journalctl on the unit',
  )
}

/** It knows of others, and none of them makes a quorum with it; a voter beside learners would be one by itself. */
async function lacksOthers(): Promise<boolean> {
  const credentials = await readCredentials('peer')
  const members = credentials && (await membersByPeer(ownPeerUrl, credentials))
  return members !== undefined && members.length > 1
}
