// The newest backup is fetched and restored aside, as a restore would begin: whether it can be restored is known before it is needed.

import type { BackupJob } from '../../interfaces/backup-job.ts'
import { isBackupId, snapshotKey } from '../../interfaces/backup-layout.ts'
import type { Verification } from '../../interfaces/backup-record.ts'
import { findWorkload, readInstalled } from '../../machine/workload.ts'
import { type ObjectStore, StoreFailure } from '../../object-storage/port.ts'
import { plainText } from '../../plain-text.ts'
import { dropFetched, fetchSnapshot, writeVerdict } from '../fetched-snapshot.ts'
import { readSnapshot, trySnapshot } from '../observe/try-snapshot.ts'
import type { BackupRow } from '../plan/backup/listing.ts'
import { snapshotIsNoNewer, whyNotTaken, whyNotUsable } from '../plan/restore/verdict.ts'

export interface ToVerify {
  readonly store: ObjectStore
  readonly job: BackupJob
  readonly row: BackupRow
  /** In PEM: by which the etcd that is tried lets the charm in. */
  readonly adminAuthority: string
  readonly now: () => number
  readonly ends: AbortSignal
}

/** What keeps it from being tried does no harm to the backup. */
export async function verifyNewest(of: ToVerify): Promise<Verification> {
  const { id, manifest } = of.row
  if (manifest?.verifiedAt !== undefined) return { id, found: 'sound' }
  try {
    const { why, ofBackup } = await lookAt(of)
    // An etcd that was ended with this process says nothing of the backup.
    of.ends.throwIfAborted()
    const noted = ofBackup ? await note(of, why === undefined) : undefined
    if (why === undefined) return { id, found: 'sound', ...(noted !== undefined && { words: noted }) }
    return { id, found: 'unusable', words: plainText(why, 200) }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    const words = plainText(error instanceof Error ? error.message : String(error), 200)
    return { id, found: 'nothing', words }
  } finally {
    await dropFetched()
  }
}

interface Found {
  /** Why it can't be restored. */
  readonly why: string | undefined
  /** It is so wherever it is restored, and not only by the etcd that is installed here. */
  readonly ofBackup: boolean
}

async function lookAt({ store, job, row, adminAuthority }: ToVerify): Promise<Found> {
  const { id, manifest, size, source } = row
  const installed = await readInstalled(await findWorkload())
  if (!isBackupId(id) || !installed) throw new Error('etcd is not installed here')
  const path = await fetchSnapshot(store, snapshotKey({ path: job.store.path, source, id }), size)
  const file = await readSnapshot(path)
  const examined = { file, manifest, version: installed.version, force: false }
  const refused = whyNotTaken(examined)
  const why =
    refused ??
    whyNotUsable(await trySnapshot({ path, file, adminAuthority, raw: file.seal === 'none' }), examined)
  return { why, ofBackup: snapshotIsNoNewer.holds(examined) }
}

/**
 * A store that takes no change of what it has (an object lock) keeps it from being listed so, and that is all.
 *
 * @returns what kept it
 */
async function note(
  { store, job, row: { manifest, source }, now }: ToVerify,
  sound: boolean,
): Promise<string | undefined> {
  try {
    const place = { path: job.store.path, source }
    if (manifest) await writeVerdict(store, place, manifest, { sound, now: now() })
    return undefined
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error
    return plainText(`that it is verified can't be noted: ${error.message}`, 200)
  }
}
