// A backup of the store, fetched to this unit's storage for as long as it is looked at: of this application, of another one that is named,
// or a snapshot that lies by itself, as other charms leave them.

import { setTimeout as sleep } from 'node:timers/promises'
import { folderOf, isBackupId, snapshotKey, sourceOf } from '../../../interfaces/backup-layout.ts'
import { openStore } from '../../../object-storage/open.ts'
import { type ObjectStore, StoreFailure } from '../../../object-storage/port.ts'
import { plainText } from '../../../plain-text.ts'
import { requireStore } from '../../act/backup/require-store.ts'
import type { Charm } from '../../charm.ts'
import { fetchSnapshot, writeVerdict } from '../../fetched-snapshot.ts'
import type { Observed } from '../../observed.ts'
import { conditionOf } from '../../outcome.ts'
import type { BackupRow } from '../../plan/backup/listing.ts'
import { findSources, readBackup, type Sought } from '../../read-backups.ts'
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
  const sought = { path, id: backupId, source: source ?? sourceOf(context.app, context.model.uuid) }
  const row = await readBackup(store, sought)
  if (!row) return { kind: 'refused', why: await describeAbsence(store, sought) }
  if (row.state === 'partial')
    return {
      kind: 'refused',
      why: `${backupId} is not complete: it has no manifest that fits; take another one`,
    }
  await juju.actionLog(`fetching ${backupId}, ${row.size} bytes`)
  const file = await fetchSnapshot(store, keyOf(row, path), row.size)
  const taken = Date.parse(row.manifest?.startedAt ?? '')
  const at = Number.isNaN(taken) ? charm.now : taken
  const { manifest, source: folder } = row
  return { kind: 'found', source: { name: backupId, path: file, manifest, folder, taken: at } }
}

async function describeAbsence(store: ObjectStore, sought: Sought): Promise<string> {
  const others = await whoHasIt(store, sought)
  const hint =
    others.length > 0
      ? `; source=${others.map((name) => plainText(name)).join(' or source=')} has it`
      : '; list-backups all=true tells what there is'
  return `there is no backup ${plainText(sought.id)} of ${plainText(sought.source)}${hint}`
}

/** A hint, which is not waited for longer: a path may hold any number of objects of others. */
const hintWithinMs = 15_000

/** None where the store does not tell, as it need not: the key may be for this application's folder alone. */
async function whoHasIt(store: ObjectStore, sought: Sought): Promise<readonly string[]> {
  try {
    return await Promise.race([findSources(store, sought), sleep(hintWithinMs, [], { ref: false })])
  } catch (error) {
    if (error instanceof StoreFailure) return []
    throw error
  }
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
  const { manifest, folder } = 'source' in located ? located.source : {}
  if (kind !== 'found' || !manifest || folder === undefined || !isBackupId(manifest.id)) return
  try {
    const { settings } = await requireStore(charm, observed)
    const store = await openStore(settings, charm.context.proxies)
    const place = { path: settings.path, source: folder }
    await writeVerdict(store, place, manifest, { sound, now: charm.now })
  } catch (error) {
    const why = error instanceof StoreFailure ? error.message : conditionOf(error)?.message
    if (why === undefined) throw error
    await charm.juju.actionSet({
      warning: `what was found could not be noted in the store: ${plainText(why, 300)}`,
    })
  }
}
