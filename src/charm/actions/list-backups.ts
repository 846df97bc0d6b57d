// `juju run etcd/leader list-backups`: what is in the store, which is the only truth about backups.

import type { Charm } from '../charm.ts'
import { sourceOf } from '../../interfaces/backup-layout.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import type { StoreFailure } from '../../object-storage/port.ts'
import { plainText } from '../../plain-text.ts'
import type { BackupRow } from '../plan/backup/listing.ts'
import { printBackups } from '../plan/backup/print-backups.ts'
import { readBackups } from '../read-backups.ts'
import { withStore } from './with-store.ts'

export async function listBackups(charm: Charm): Promise<void> {
  const { juju, context } = charm
  await withStore(charm, async ({ store, related }) => {
    const all = (await juju.actionParameters()).all === true
    const { path } = related.settings
    const whose = { path, application: context.app, modelUuid: context.model.uuid, all }
    const unread: StoreFailure[] = []
    const rows = await readBackups(store, whose, (failure) => unread.push(failure))
    await juju.actionSet({
      backups: printBackups(rows, sourceOf(context.app, context.model.uuid)),
      json: printJsonText(rows.slice(0, mostRows).map(toJson)),
      ...(unread[0] && {
        unread: `${unread.length} manifests of others, told as partial: ${plainText(unread[0].message, 300)}`,
      }),
      ...(rows.length > mostRows && { left: `${rows.length - mostRows} older ones` }),
    })
  })
}

/** What fits into one argument of a program, which is how an action tells its results. */
const mostRows = 150

function toJson({ id, source, state, size, manifest }: BackupRow) {
  return {
    id,
    source,
    state,
    size,
    ...(manifest && {
      'etcd-version': manifest.etcdVersion,
      revision: manifest.revision ?? null,
      'taken-by': manifest.takenBy,
      'taken-from': manifest.takenFrom,
      sha256: manifest.sha256,
      finished: manifest.finishedAt,
    }),
  }
}
