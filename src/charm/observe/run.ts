// The process that runs etcd, and the start that a hook began and did not see the end of.

import { readHealth } from '../../etcd/health.ts'
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

export async function observeRun(workload: Workload, service: Service | undefined): Promise<RunSeen> {
  const [begun, refused, proven] = await Promise.all([
    readTextIfExists(begunPath(workload)),
    readTextIfExists(refusedPath(workload)),
    exists(provenFolder(workload)),
  ])
  const runs = service?.kind === 'active'
  return {
    invocation: service && service.kind !== 'absent' ? service.invocation : '',
    since: runs ? service.startedAt : '',
    mute: runs && (await isMute()),
    begun: parseJsonText(begunSchema, begun),
    proven,
    refused: parseJsonText(refusedSchema, refused),
  }
}

async function isMute(): Promise<boolean> {
  const health = await readHealth(metricsUrl, { quorum: false, timeoutMs: answersWithinMs })
  return !health.healthy && health.silent
}
