// What goes once a backup has succeeded: by the operator's rule, of this cluster's own, and never the newest. A store that keeps it all
// the same (an object lock) is told of, and does no harm to the backup.

import type { BackupJob } from '../../interfaces/backup-job.ts'
import { isAhead, sourceOf } from '../../interfaces/backup-layout.ts'
import { type ObjectStore, StoreFailure } from '../../object-storage/port.ts'
import { deleteBackup } from '../delete-backup.ts'
import { type BackupRow, type ClusterIdentity, isSameCluster } from '../plan/backup/listing.ts'
import { idsToDelete, type Kept } from '../plan/backup/retention.ts'

export interface ToRetain {
  /** All of this application's folder. */
  readonly rows: readonly BackupRow[]
  /** Those of others stay, for the operator to delete. */
  readonly cluster: ClusterIdentity
  /** The backup that was just put there. */
  readonly written: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** @returns what could not be deleted, in words */
export async function retain(
  store: ObjectStore,
  { store: { path }, application, model, keepsAll, keep, keepDays }: BackupJob,
  { rows, cluster, written, now }: ToRetain,
): Promise<readonly string[]> {
  if (keepsAll) return []
  const source = sourceOf(application, model.uuid)
  const backups = rows.flatMap((row): readonly Kept[] => {
    const worth = isAhead(row.id, now) ? undefined : worthOf(row, cluster)
    return worth === undefined ? [] : [{ id: row.id, worth }]
  })
  const refused: string[] = []
  for (const id of idsToDelete(backups, { keep, keepDays, now, written })) {
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

/** `undefined` for what neither counts nor goes: it is of another cluster, or its manifest can't be read, and nobody knows what it is. */
function worthOf({ state, etag, manifest }: BackupRow, cluster: ClusterIdentity): Kept['worth'] | undefined {
  if (state === 'partial') return etag === undefined ? 'remains' : undefined
  if (!manifest || !isSameCluster(manifest, cluster)) return undefined
  return state === 'raw' || state === 'unusable' ? state : 'sealed'
}
