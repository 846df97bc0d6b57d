// The process that runs etcd, and the start that a hook began and did not see the end of.

import { type Health, readHealth } from '../../etcd/health.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { exists, readTextIfExists } from '../../machine/file.ts'
import type { Service } from '../../machine/service.ts'
import type { Workload } from '../../machine/workload.ts'
import { begunPath, provenFolder, refusedPath } from '../layout.ts'
import { begunSchema, refusedSchema } from './loaded-record.ts'
import type { RunSeen } from '../observed.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'

/** It answers within a few milliseconds or, while it reads its data, not at all. */
const answersWithinMs = 3000

/** @param early what it said beside the question whether it runs: a refusal may be of the moment before it did */
export async function observeRun(
  workload: Workload,
  service: Service | undefined,
  early: Health | undefined,
): Promise<RunSeen> {
  const [begun, refused, proven] = await Promise.all([
    readTextIfExists(begunPath(workload)),
    readTextIfExists(refusedPath(workload)),
    exists(provenFolder(workload)),
  ])
  const runs = service?.kind === 'active'
  const isEarly = early?.healthy === false && early.refused === true
  const health = runs ? (isEarly ? await readHealth(metricsUrl) : early) : undefined
  return {
    invocation: service && service.kind !== 'absent' ? service.invocation : '',
    since: runs ? service.startedAt : '',
    health,
    mute: health !== undefined && (await isMute(health)),
    begun: parseJsonText(begunSchema, begun),
    proven,
    refused: parseJsonText(refusedSchema, refused),
  }
}

/** Without a quorum it may be silent for that alone, and speak for itself. */
async function isMute(health: Health): Promise<boolean> {
  if (health.healthy || !health.silent) return false
  const alone = await readHealth(metricsUrl, { quorum: false, timeoutMs: answersWithinMs })
  return !alone.healthy && alone.silent
}
