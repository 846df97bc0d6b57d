// `juju run etcd/leader delete-backup backup-id=… confirm=true`: one backup of this application goes. Those of others are theirs to delete.

import { isBackupId, sourceOf } from '../../interfaces/backup-layout.ts'
import { writeOutcome } from '../act/backup/note-end.ts'
import type { Charm } from '../charm.ts'
import { deleteBackup } from '../delete-backup.ts'
import type { Observed } from '../observed.ts'
import { type BackupRow, completeOf } from '../plan/backup/listing.ts'
import { workOf } from '../plan/backup/work.ts'
import { readBackups } from '../read-backups.ts'
import { withStore } from './with-store.ts'

export async function deleteBackupAction(charm: Charm): Promise<void> {
  const { juju, context } = charm
  const { 'backup-id': id, confirm, force } = await juju.actionParameters()
  if (typeof id !== 'string' || !isBackupId(id))
    return juju.actionFail('backup-id is no name of a backup; list-backups names those that there are')
  await withStore(charm, async ({ store, related, observed }) => {
    const { path } = related.settings
    const whose = { path, application: context.app, modelUuid: context.model.uuid, all: false }
    const rows = await readBackups(store, whose)
    const source = sourceOf(context.app, context.model.uuid)
    const found = rows.find((row) => row.id === id)
    if (!found)
      return juju.actionFail(`${source} has no backup ${id}; list-backups names those that there are`)
    // Of its cluster, which may be one that was lost, and that one's last.
    const those = found.manifest ? completeOf(rows, found.manifest, charm.now) : []
    if (those[0]?.id === id && force !== true)
      return juju.actionFail(
        'refused: it is the newest complete one of its cluster; add force=true to delete it all the same',
      )
    const outcome = `${id} (${found.state}, ${(found.size / 1e6).toFixed(1)} MB) is deleted for good`
    if (confirm !== true)
      return juju.actionSet({ outcome, done: 'nothing', next: 'run it again with confirm=true' })
    await deleteBackup(store, path, source, id)
    const next = those.find((row) => row.id !== id)
    await forget(observed, id, next)
    await juju.actionSet({ done: outcome })
  })
}

/** What hooks know of the newest one, and of those of a time to come, is what the last work left on record. */
async function forget(observed: Observed, id: string, next: BackupRow | undefined): Promise<void> {
  const { outcome } = workOf(observed)
  if (!outcome) return
  const { newest, ahead, ...rest } = outcome
  if (newest?.id !== id && ahead?.includes(id) !== true) return
  const known = newest?.id === id ? next && { id: next.id, size: next.size } : newest
  const left = ahead?.filter((one) => one !== id) ?? []
  await writeOutcome({ ...rest, ...(known && { newest: known }), ...(left.length > 0 && { ahead: left }) })
}
