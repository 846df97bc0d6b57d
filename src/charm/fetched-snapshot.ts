// A snapshot of the store on this unit's storage, for as long as it is looked at; and what was found of it, noted in its manifest.

import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isBackupId, manifestKey } from '../interfaces/backup-layout.ts'
import { type BackupManifest, printManifest } from '../interfaces/backup-manifest.ts'
import { makeDirectory } from '../machine/file.ts'
import { findWorkload } from '../machine/workload.ts'
import type { ObjectStore } from '../object-storage/port.ts'
import { fetchedFolder, trialFolder } from './layout.ts'
import { needSpace } from './need-space.ts'

/** @returns its path */
export async function fetchSnapshot(store: ObjectStore, key: string, size: number): Promise<string> {
  const workload = await findWorkload()
  const folder = fetchedFolder(workload)
  await dropFetched()
  // Beside what is fetched lies the data that is made of it.
  await needSpace(workload.paths.data, { databaseBytes: size, copies: 2 })
  await makeDirectory(folder, { mode: 0o700 })
  const file = `${folder}/snapshot.db`
  await pipeline(Readable.from(await store.get(key, size)), createWriteStream(file, { mode: 0o600 }))
  return file
}

/** And what was made of it, where whoever tried it died. */
export async function dropFetched(): Promise<void> {
  const workload = await findWorkload()
  for (const folder of [fetchedFolder(workload), trialFolder(workload)])
    await rm(folder, { recursive: true, force: true })
}

/** Where a manifest was found. It may be a copy, and then names another application than the one whose folder it is in. */
export interface ManifestPlace {
  readonly path: string
  /** As list-backups prints it. */
  readonly source: string
}

/** Where list-backups looks for it. */
export async function writeVerdict(
  store: ObjectStore,
  { path, source }: ManifestPlace,
  manifest: BackupManifest,
  { sound, now }: { readonly sound: boolean; readonly now: number },
): Promise<void> {
  const { verifiedAt: _v, unusableAt: _u, ...rest } = manifest
  const { id } = rest
  if (!isBackupId(id)) return
  const at = `${new Date(now).toISOString().slice(0, 19)}Z`
  const key = manifestKey({ path, source, id })
  await store.put(
    key,
    contentOf(printManifest({ ...rest, ...(sound ? { verifiedAt: at } : { unusableAt: at }) })),
  )
}

async function* contentOf(text: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield new TextEncoder().encode(text)
}
