// Why an etcd ended: by its own log, and where that doesn't say, by what its database looks like.

import { isCutOff } from '../../etcd/database-file.ts'
import { judgeLog, type Verdict } from '../../etcd/judge-log.ts'
import { exists } from '../../machine/file.ts'
import { lastRunLog } from '../../machine/service.ts'
import type { Workload } from '../../machine/workload.ts'
import { databasePath } from '../layout.ts'

export interface EndingSeen {
  /** Of its last run. */
  readonly log: string
  /** Only what is beyond doubt. */
  readonly verdict: Verdict | undefined
}

export async function readEnding(workload: Workload): Promise<EndingSeen> {
  const log = await lastRunLog(workload.service)
  const verdict = judgeLog(log)
  const path = databasePath(workload)
  // It dies of it by a signal, as it would of a disk that fails: only the file tells the one from the other.
  const cutOff = !verdict && (await exists(path)) && (await isCutOff(path))
  return { log, verdict: cutOff ? { ending: 'damaged', words: 'its database was cut off' } : verdict }
}
