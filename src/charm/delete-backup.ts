// One backup out of the store.

import { isBackupId, manifestKey, snapshotKey } from '../interfaces/backup-layout.ts'
import type { ObjectStore } from '../object-storage/port.ts'

/** The manifest first: from then on it is no backup, whatever becomes of the rest. */
export async function deleteBackup(
  store: ObjectStore,
  path: string,
  source: string,
  id: string,
): Promise<void> {
  if (!isBackupId(id)) throw new TypeError(`${id} is no name of a backup`)
  await store.delete(manifestKey({ path, source, id }))
  await store.delete(snapshotKey({ path, source, id }))
}
