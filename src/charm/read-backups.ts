// The backups in a store, each with its manifest. The store is asked every time: nothing else knows.

import { folderOf, isBackupId, snapshotKey, sourceOf } from '../interfaces/backup-layout.ts'
import { type BackupManifest, parseManifest } from '../interfaces/backup-manifest.ts'
import { type Content, type ObjectStore, StoreFailure, unlessMissing } from '../object-storage/port.ts'
import { aFewAtATime } from './a-few-at-a-time.ts'
import {
  type BackupFolder,
  type BackupRow,
  describeFolder,
  describeLoose,
  sortObjects,
  sortRows,
} from './plan/backup/listing.ts'

export interface Whose {
  /** The operator's, in front of all. */
  readonly path: string
  readonly application: string
  readonly modelUuid: string
  /** Also those of others. */
  readonly all: boolean
}

/**
 * Newest first, this application's own before others.
 *
 * @param tellUnread what to do with the failure to read a manifest of somebody else, whose backup is then told as a partial one
 * @throws {StoreFailure} of the list, and of this application's own manifests
 */
export async function readBackups(
  store: ObjectStore,
  whose: Whose,
  tellUnread: (failure: StoreFailure) => void = () => {},
): Promise<readonly BackupRow[]> {
  const own = sourceOf(whose.application, whose.modelUuid)
  if (!whose.all) return readBackupsOf(store, whose.path, own)
  const { objects } = await store.list(folderOf(whose.path))
  const { folders, loose } = sortObjects(objects, whose.path)
  const rows = await aFewAtATime(folders, async (one) => {
    if (one.source === own) return readFolder(store, one)
    const row = await unlessItFails(readFolder(store, one), tellUnread)
    return row ?? describeFolder(one, undefined)
  })
  return sortRows([...rows, ...loose.map(describeLoose)], own)
}

/**
 * Those of one source, newest first.
 *
 * @param source as the list of all has it
 * @param known what was read before: a manifest that the store says to be the same still is not read again
 * @throws {StoreFailure}
 */
export async function readBackupsOf(
  store: ObjectStore,
  path: string,
  source: string,
  known: readonly BackupRow[] = [],
): Promise<readonly BackupRow[]> {
  const { objects } = await store.list(`${folderOf(path)}${source}/`)
  const { folders } = sortObjects(objects, path)
  const before = new Map(known.map((row) => [`${row.source}/${row.id}`, row]))
  const rows = await aFewAtATime(folders, (one) =>
    readFolder(store, one, before.get(`${one.source}/${one.id}`)),
  )
  return sortRows(rows, source)
}

export interface Sought {
  /** The operator's, in front of all. */
  readonly path: string
  /** As `list-backups` prints it. */
  readonly source: string
  /** As `list-backups` prints it: a backup's, or the name of a snapshot that lies by itself in the path. */
  readonly id: string
}

/**
 * Only where it would lie is looked at: a key may be for this application's folder alone, and what others keep beside it is theirs.
 *
 * @returns `undefined` where there is none
 * @throws {StoreFailure}
 */
export async function readBackup(
  store: ObjectStore,
  { path, source, id }: Sought,
): Promise<BackupRow | undefined> {
  if (!isBackupId(id)) return readLoose(store, path, id)
  const { objects } = await store.list(`${folderOf(path)}${source}/${id}/`)
  const folder = sortObjects(objects, path).folders.find((one) => one.source === source && one.id === id)
  if (folder) return readFolder(store, folder)
  // Other charms name theirs alike. A store may forbid to look at what is not there.
  return unlessItFails(readLoose(store, path, id))
}

async function readLoose(store: ObjectStore, path: string, name: string): Promise<BackupRow | undefined> {
  if (/^\.{0,2}$|\//.test(name)) return undefined
  const key = `${folderOf(path)}${name}`
  const object = await store.head(key)
  return object && describeLoose({ name, key, size: object.size, modified: object.modified })
}

/** More applications than that hardly share a path; it is a hint only. */
const mostSources = 50

/**
 * The sources that have a backup of that id, as far as the store tells.
 *
 * @throws {StoreFailure} where the path can't be listed
 */
export async function findSources(
  store: ObjectStore,
  { path, id }: Pick<Sought, 'path' | 'id'>,
): Promise<readonly string[]> {
  if (!isBackupId(id)) return []
  const folder = folderOf(path)
  const { prefixes } = await store.list(folder, { delimiter: '/' })
  const sources = prefixes.map((prefix) => prefix.slice(folder.length, -1)).filter(isSource)
  const found = await aFewAtATime(sources.slice(0, mostSources), async (source) =>
    (await unlessItFails(store.head(snapshotKey({ path, source, id })))) ? [source] : [],
  )
  return found.flat()
}

/** By its form: `etcd-01234567`. */
function isSource(name: string): boolean {
  return /-[0-9a-f]{8}$/.test(name)
}

async function unlessItFails<T>(
  asking: Promise<T>,
  tell: (failure: StoreFailure) => void = () => {},
): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error
    tell(error)
    return undefined
  }
}

async function readFolder(store: ObjectStore, folder: BackupFolder, before?: BackupRow): Promise<BackupRow> {
  const { manifestKey, etag } = folder
  if (before?.manifest && etag && before.etag === etag) return describeFolder(folder, before.manifest)
  const manifest = manifestKey === undefined ? undefined : await readManifest(store, manifestKey)
  return describeFolder(folder, manifest)
}

/** `undefined` for what is no manifest of ours, or went meanwhile. */
export async function readManifest(store: ObjectStore, key: string): Promise<BackupManifest | undefined> {
  const text = await unlessMissing(store.get(key).then(readText))
  return text === undefined ? undefined : parseManifest(text)
}

/** What is larger is no manifest. */
const most = 64 * 1024

async function readText(content: Content): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of content) {
    size += part.length
    if (size > most) return ''
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
