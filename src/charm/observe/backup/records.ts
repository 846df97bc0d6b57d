// What is on this unit's disk about backups. Where none was ever asked for there is no folder, and nothing else is looked at.

import {
  begunSchema,
  outcomeSchema,
  progressSchema,
  storesSchema,
} from '../../../interfaces/backup-record.ts'
import { parseJsonText } from '../../../interfaces/json-text.ts'
import { exists, readTextIfExists } from '../../../machine/file.ts'
import { isAtWork } from '../../../machine/transient-service.ts'
import { workloadPaths } from '../../../machine/workload.ts'
import { backupPaths } from '../../layout.ts'
import type { BackupOnDisk } from '../../observed.ts'

/** systemd's name of the work. */
export const backupUnit = 'etcd-charm-backup.service'

/** The stores that the last look found: all that a hook needs to know whether to look again. */
export async function readRecordedStores(): Promise<BackupOnDisk['stores']> {
  const { stores } = backupPaths(workloadPaths('snap'))
  return parseJsonText(storesSchema, await readTextIfExists(stores))?.stores ?? []
}

export async function readBackupRecords(): Promise<BackupOnDisk | undefined> {
  // The same folder, however etcd is installed.
  const paths = backupPaths(workloadPaths('snap'))
  if (!(await exists(paths.folder))) return undefined
  const begun = parseJsonText(begunSchema, await readTextIfExists(paths.begun))
  const settled = parseJsonText(outcomeSchema, await readTextIfExists(paths.outcome))
  // systemd is asked only where something may run; and before the outcome is read, which is written while it runs.
  const running = begun !== undefined && settled?.token !== begun.token && (await isAtWork(backupUnit))
  const [stores, progress, outcome] = await Promise.all([
    readRecordedStores(),
    running ? readTextIfExists(paths.progress) : undefined,
    readTextIfExists(paths.outcome),
  ])
  return {
    stores,
    begun,
    running,
    progress: parseJsonText(progressSchema, progress),
    outcome: parseJsonText(outcomeSchema, outcome),
  }
}
