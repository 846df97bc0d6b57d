// Takes one backup: finds out whether one is due still, streams the snapshot of a member that has caught up into the store, writes the
// manifest last, and then lets old ones go. However it ends, that is on record for the next hook.

import { type BackupJob, backupJobSchema } from '../../interfaces/backup-job.ts'
import { backupIdAt, manifestKey, snapshotKey, sourceOf } from '../../interfaces/backup-layout.ts'
import { type BackupManifest, printManifest } from '../../interfaces/backup-manifest.ts'
import type { Verification } from '../../interfaces/backup-record.ts'
import { openStore } from '../../object-storage/open.ts'
import { BucketMissing, type ObjectStore, StoreRefused } from '../../object-storage/port.ts'
import { aheadOf, type BackupRow, completeOf, describeFolder } from '../plan/backup/listing.ts'
import { readBackupsOf } from '../read-backups.ts'
import { removeRemains } from './remove-remains.ts'
import { measure } from './measure.ts'
import { openReport, type Report } from './report.ts'
import { retain } from './retain.ts'
import { openSource } from './source.ts'
import type { ToVerify } from './verify-newest.ts'
import type { Work } from './work.ts'

export async function takeBackup({ order, now, ends }: Work): Promise<void> {
  const job: BackupJob = backupJobSchema.parse(JSON.parse(order))
  const report = openReport(job.token, now)
  try {
    const store = await openStore(job.store, job.proxies, ends)
    const before = await readOwn(store, job)
    const cluster = { founding: job.founding }
    const [newest] = completeOf(before, cluster, now())
    if (newest && job.since !== undefined && Date.parse(newest.id) >= job.since)
      return await report.end({
        ended: 'not-due',
        newest: describe(newest),
        ahead: aheadOf(before, cluster, now()),
        verification: await verify({ store, job, row: newest, now, ends }),
      })
    await removeRemains(store, job)
    const manifest = await putBackup({ store, job, report, now, ends })
    const folder = { ...manifest, source: ownSource(job), manifestKey: undefined, etag: undefined }
    const row = describeFolder(folder, manifest)
    const verification = await verify({ store, job, row, now, ends })
    // What can't be restored is no reason to let go of what can.
    const keepsAll = verification?.found === 'unusable'
    const rows = await readOwn(store, job, before)
    const found = { rows, cluster: manifest, written: manifest.id, now: now() }
    const warnings = keepsAll ? [] : await retain(store, job, found)
    const ahead = aheadOf(rows, manifest, now())
    await report.end({ ended: 'done', newest: manifest, ahead, warnings, verification })
  } catch (error) {
    await report.fail(error)
  }
}

/** What it takes to try one is loaded where one is tried: memory is etcd's. */
async function verify(of: Omit<ToVerify, 'adminAuthority'>): Promise<Verification | undefined> {
  const adminAuthority = of.job.verifyBy
  if (adminAuthority === undefined) return undefined
  const { verifyNewest } = await import('./verify-newest.ts')
  return verifyNewest({ ...of, adminAuthority })
}

function ownSource({ application, model }: BackupJob): string {
  return sourceOf(application, model.uuid)
}

/** A bucket that is not there is made with the first backup. */
async function readOwn(
  store: ObjectStore,
  job: BackupJob,
  known?: readonly BackupRow[],
): Promise<readonly BackupRow[]> {
  try {
    return await readBackupsOf(store, job.store.path, ownSource(job), known)
  } catch (error) {
    if (error instanceof BucketMissing) return []
    throw error
  }
}

function describe({ id, size, manifest }: BackupRow) {
  return { id, size, ...(manifest?.revision !== undefined && { revision: manifest.revision }) }
}

interface Putting {
  readonly store: ObjectStore
  readonly job: BackupJob
  readonly report: Report
  readonly now: () => number
  readonly ends: AbortSignal
}

async function putBackup({ store, job, report, now, ends }: Putting): Promise<BackupManifest> {
  await using source = await openSource(job)
  const started = now()
  const id = backupIdAt(started)
  const place = { path: job.store.path, source: ownSource(job), id }
  const key = snapshotKey(place)
  const tell = (bytes: number, total: number): Promise<void> => report.progress(id, bytes, total)
  // A clock that is set meanwhile makes no store slow.
  const measured = measure(source.chunks, { tell, now: () => performance.now(), ends })
  await store.put(key, measured.content)
  const { size, sha256 } = measured.result()
  const found = await store.head(key)
  if (found?.size !== size)
    throw new StoreRefused(`it has ${found?.size ?? 'none'} of ${size} bytes`, {
      call: `head ${key}`,
      code: 'size',
    })
  const manifest: BackupManifest = {
    v: 1,
    id,
    application: job.application,
    model: job.model.name,
    modelUuid: job.model.uuid,
    ...source.facts,
    ...(job.founding !== undefined && { founding: job.founding }),
    size,
    sha256,
    takenBy: job.unit,
    schedule: job.since !== undefined,
    startedAt: id,
    finishedAt: backupIdAt(now()),
    ...(job.ledgerDigest !== undefined && { ledgerDigest: job.ledgerDigest }),
  }
  await store.put(manifestKey(place), textOf(printManifest(manifest)))
  return manifest
}

async function* textOf(text: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield Buffer.from(text)
}
