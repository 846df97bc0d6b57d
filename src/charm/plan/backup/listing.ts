// What the objects in a store are: backups of this application, of others, what other charms put there, and remains.

import { folderOf, isAhead, isBackupId, leadsElsewhere } from '../../../interfaces/backup-layout.ts'
import type { BackupManifest } from '../../../interfaces/backup-manifest.ts'
import type { StoredObject } from '../../../object-storage/port.ts'

export interface BackupFolder {
  /** `etcd-01234567`: of one application in one model. */
  readonly source: string
  readonly id: string
  /** Bytes of the snapshot; `undefined` where only a manifest is left. */
  readonly size: number | undefined
  readonly manifestKey: string | undefined
  /** Of the manifest. */
  readonly etag: string | undefined
}

/** A snapshot that lies by itself, as other charms and people leave them. */
export interface LooseSnapshot {
  readonly name: string
  readonly key: string
  readonly size: number
  readonly modified: number
}

export interface Found {
  readonly folders: readonly BackupFolder[]
  readonly loose: readonly LooseSnapshot[]
}

export function sortObjects(objects: readonly StoredObject[], path: string): Found {
  const folder = folderOf(path)
  const folders = new Map<string, BackupFolder>()
  const loose: LooseSnapshot[] = []
  for (const { key, size, modified, etag } of objects) {
    if (!key.startsWith(folder) || key.endsWith('/')) continue
    const parts = key.slice(folder.length).split('/')
    const [source = '', id = '', file = ''] = parts
    if (parts.length === 1) loose.push({ name: source, key, size, modified })
    // A folder `..` is somebody's joke: no request gets at what is in it.
    if (parts.length !== 3 || !isBackupId(id) || leadsElsewhere(source)) continue
    const before = folders.get(`${source}/${id}`)
    const found = before ?? { source, id, size: undefined, manifestKey: undefined, etag: undefined }
    if (file === 'snapshot.db') folders.set(`${source}/${id}`, { ...found, size })
    if (file === 'manifest.json') folders.set(`${source}/${id}`, { ...found, manifestKey: key, etag })
  }
  return { folders: [...folders.values()], loose }
}

/** `unusable`: it was looked at, and can't be restored. */
export type BackupState = 'complete' | 'partial' | 'raw' | 'verified' | 'unusable' | 'foreign'

export interface BackupRow {
  readonly id: string
  readonly source: string
  readonly state: BackupState
  readonly size: number
  /** `undefined` where there is none, and where it can't be read. */
  readonly manifest: BackupManifest | undefined
  /** Of the manifest, by the store; `undefined` where there is none, empty where the store tells none. */
  readonly etag: string | undefined
}

/** @param manifest what was read at its key; `undefined` where there is none, or it is no manifest of ours */
export function describeFolder(
  { source, id, size, etag }: BackupFolder,
  manifest: BackupManifest | undefined,
): BackupRow {
  const whole = manifest !== undefined && manifest.id === id && manifest.size === size
  const row = { id, source, size: size ?? 0, manifest, etag }
  if (!whole) return { ...row, state: 'partial' }
  if (manifest.unusableAt !== undefined) return { ...row, state: 'unusable' }
  if (manifest.raw === true) return { ...row, state: 'raw' }
  return { ...row, state: manifest.verifiedAt === undefined ? 'complete' : 'verified' }
}

/** The source of what lies by itself is the path; it is named by its own name. */
export function describeLoose({ name, size }: LooseSnapshot): BackupRow {
  return { id: name, source: '', state: 'foreign', size, manifest: undefined, etag: undefined }
}

/** Newest first, this application's own before the others. */
export function sortRows(rows: readonly BackupRow[], own: string): readonly BackupRow[] {
  return rows.toSorted(
    (a, b) =>
      Number(b.source === own) - Number(a.source === own) ||
      a.source.localeCompare(b.source) ||
      (a.id < b.id ? 1 : -1),
  )
}

/** By what the backups of one cluster are known. A restore makes another cluster, and so does recover-quorum. */
export type ClusterIdentity = Pick<BackupManifest, 'clusterId' | 'founding'>

/**
 * By etcd's own id where both have one: until charms of before this one, each first founding of an application in its model had the same
 * token. A raw copy has no id.
 */
export function isSameCluster(one: ClusterIdentity, other: ClusterIdentity): boolean {
  if (one.clusterId !== undefined && other.clusterId !== undefined) return one.clusterId === other.clusterId
  return one.founding !== undefined && one.founding === other.founding
}

/**
 * Newest first: those of one cluster that are complete. In one folder there may be those of several, since an application that is deployed
 * anew under its name has the folder of the one that was lost. A raw one counts too: it is all that there is of its time. One of a time to
 * come is no newest: what comes next would sort behind it for years.
 *
 * @param now milliseconds since 1970
 */
export function completeOf(
  rows: readonly BackupRow[],
  cluster: ClusterIdentity,
  now: number,
): readonly BackupRow[] {
  return wholeOf(rows, cluster).filter(({ id }) => !isAhead(id, now))
}

/** The ids of those of one cluster that are of a time to come, the latest first. @param now milliseconds since 1970 */
export function aheadOf(
  rows: readonly BackupRow[],
  cluster: ClusterIdentity,
  now: number,
): readonly string[] {
  return wholeOf(rows, cluster).flatMap(({ id }) => (isAhead(id, now) ? [id] : []))
}

function wholeOf(rows: readonly BackupRow[], cluster: ClusterIdentity): readonly BackupRow[] {
  const found = rows.filter(
    ({ state, manifest }) =>
      state !== 'partial' && manifest !== undefined && isSameCluster(manifest, cluster),
  )
  return found.toSorted((a, b) => (a.id < b.id ? 1 : -1))
}
