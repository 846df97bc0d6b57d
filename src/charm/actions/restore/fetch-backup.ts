// A backup of the store, fetched to this unit's storage for as long as it is looked at: of this application, of another one that is named,
// or a snapshot that lies by itself, as other charms leave them.

import { folderOf, isBackupId, snapshotKey, sourceOf } from '../../../interfaces/backup-layout.ts'
import { openStore } from '../../../object-storage/open.ts'
import { StoreFailure } from '../../../object-storage/port.ts'
import { plainText } from '../../../plain-text.ts'
import { requireStore } from '../../act/backup/require-store.ts'
import type { Charm } from '../../charm.ts'
import { fetchSnapshot, writeVerdict } from '../../fetched-snapshot.ts'
import type { Observed } from '../../observed.ts'
import { conditionOf } from '../../outcome.ts'
import type { BackupRow } from '../../plan/backup/listing.ts'
import { readBackups } from '../../read-backups.ts'
import type { Located } from './incoming.ts'

interface Wanted {
  readonly backupId: string
  /** As list-backups prints it; this application's own, where it is left out. */
  readonly source: string | undefined
}

export async function fetchBackup(charm: Charm, observed: Observed, wanted: Wanted): Promise<Located> {
  try {
    return await fetchNow(charm, observed, wanted)
  } catch (error) {
    const why = error instanceof StoreFailure ? plainText(error.message, 300) : conditionOf(error)?.message
    if (why === undefined) throw error
    return { kind: 'refused', why }
  }
}

async function fetchNow(charm: Charm, observed: Observed, { backupId, source }: Wanted): Promise<Located> {
  const { context, juju } = charm
  const { settings } = await requireStore(charm, observed)
  const store = await openStore(settings, context.proxies)
  const { path } = settings
  const { app: application, model } = context
  const rows = await readBackups(store, { path, application, modelUuid: model.uuid, all: true })
  const own = sourceOf(application, model.uuid)
  const row = choose(rows, backupId, source ?? own)
  if (!row) return { kind: 'refused', why: describeAbsence(rows, backupId, source ?? own) }
  if (row.state === 'partial')
    return {
      kind: 'refused',
      why: `${backupId} is not complete: it has no manifest that fits; take another one`,
    }
  await juju.actionLog(`fetching ${backupId}, ${row.size} bytes`)
  const file = await fetchSnapshot(store, keyOf(row, path), row.size)
  const taken = Date.parse(row.manifest?.startedAt ?? '')
  const at = Number.isNaN(taken) ? charm.now : taken
  return { kind: 'found', source: { name: backupId, path: file, manifest: row.manifest, taken: at } }
}

function choose(rows: readonly BackupRow[], id: string, source: string): BackupRow | undefined {
  return (
    rows.find((row) => row.id === id && row.source === source) ??
    rows.find((row) => row.id === id && row.state === 'foreign')
  )
}

function describeAbsence(rows: readonly BackupRow[], id: string, source: string): string {
  const others = rows.filter((row) => row.id === id).map((row) => row.source)
  const hint =
    others.length > 0
      ? `; source=${others.join(' or source=')} has it`
      : '; list-backups all=true tells what there is'
  return `there is no backup ${plainText(id)} of ${plainText(source)}${hint}`
}

function keyOf({ id, source, state }: BackupRow, path: string): string {
  return state === 'foreign' || !isBackupId(id) ? `${folderOf(path)}${id}` : snapshotKey({ path, source, id })
}

/** So that list-backups tells it. What can't be noted has been looked at all the same. */
export async function noteVerdict(
  charm: Charm,
  observed: Observed,
  { kind, ...located }: Located,
  sound: boolean,
): Promise<void> {
  const manifest = 'source' in located ? located.source.manifest : undefined
  if (kind !== 'found' || !manifest || !isBackupId(manifest.id)) return
  try {
    const { settings } = await requireStore(charm, observed)
    const store = await openStore(settings, charm.context.proxies)
    await writeVerdict(store, settings.path, manifest, { sound, now: charm.now })
  } catch (error) {
    const why = error instanceof StoreFailure ? error.message : conditionOf(error)?.message
    if (why === undefined) throw error
    await charm.juju.actionSet({
      warning: `what was found could not be noted in the store: ${plainText(why, 300)}`,
    })
  }
}
