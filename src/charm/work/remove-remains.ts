// What the last work left in the store where it was killed: parts of a snapshot that nobody else would ever look at.

import type { BackupJob } from '../../interfaces/backup-job.ts'
import { progressSchema } from '../../interfaces/backup-record.ts'
import { isBackupId, manifestKey, snapshotKey, sourceOf } from '../../interfaces/backup-layout.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readTextIfExists } from '../../machine/file.ts'
import { workloadPaths } from '../../machine/workload.ts'
import { type ObjectStore, StoreFailure } from '../../object-storage/port.ts'
import { backupPaths } from '../layout.ts'

export async function removeRemains(store: ObjectStore, job: BackupJob): Promise<void> {
  const text = await readTextIfExists(backupPaths(workloadPaths('snap')).progress)
  const before = parseJsonText(progressSchema, text)
  if (!before || before.token === job.token || !isBackupId(before.id)) return
  const source = sourceOf(job.application, job.model.uuid)
  const place = { path: job.store.path, source, id: before.id }
  try {
    if ((await store.head(manifestKey(place))) === undefined) await store.delete(snapshotKey(place))
  } catch (error) {
    // Retention comes by here again in a day.
    if (!(error instanceof StoreFailure)) throw error
  }
}
