// What goes once a backup has succeeded: by the operator's rule, of this application's own, and never the newest. A store that keeps it all
// the same (an object lock) is told of, and does no harm to the backup.

import type { BackupJob } from '../../interfaces/backup-job.ts'
import { sourceOf } from '../../interfaces/backup-layout.ts'
import { type ObjectStore, StoreFailure } from '../../object-storage/port.ts'
import { deleteBackup } from '../delete-backup.ts'
import type { BackupRow, BackupState } from '../plan/backup/listing.ts'
import { idsToDelete, type Kept } from '../plan/backup/retention.ts'

/** @returns what could not be deleted, in words */
export async function retain(
  store: ObjectStore,
  { store: { path }, application, model, keepsAll, keep, keepDays }: BackupJob,
  rows: readonly BackupRow[],
  now: number,
): Promise<readonly string[]> {
  if (keepsAll) return []
  const source = sourceOf(application, model.uuid)
  const backups = rows.map(({ id, state }) => ({ id, worth: worthOf(state) }))
  const refused: string[] = []
  for (const id of idsToDelete(backups, { keep, keepDays, now })) {
    try {
      await deleteBackup(store, path, source, id)
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error
      refused.push(`${id} can't be deleted: ${error.what}`)
    }
  }
  const [first, ...others] = refused
  if (first === undefined) return []
  return [others.length === 0 ? first : `${first} (and ${others.length} more)`]
}

function worthOf(state: BackupState): Kept['worth'] {
  if (state === 'partial') return 'remains'
  return state === 'raw' || state === 'unusable' ? state : 'sealed'
}
