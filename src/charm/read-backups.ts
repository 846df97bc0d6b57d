// The backups in a store, each with its manifest. The store is asked every time: nothing else knows.

import { folderOf, sourceOf } from '../interfaces/backup-layout.ts'
import { type BackupManifest, parseManifest } from '../interfaces/backup-manifest.ts'
import { type Content, ObjectMissing, type ObjectStore } from '../object-storage/port.ts'
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

/** Newest first, this application's own before others. */
export async function readBackups(store: ObjectStore, whose: Whose): Promise<readonly BackupRow[]> {
  const own = sourceOf(whose.application, whose.modelUuid)
  const below = `${folderOf(whose.path)}${whose.all ? '' : `${own}/`}`
  const { objects } = await store.list(below)
  const { folders, loose } = sortObjects(objects, whose.path)
  const rows: BackupRow[] = []
  // A few at a time: there may be a thousand.
  for (let at = 0; at < folders.length; at += together)
    rows.push(...(await Promise.all(folders.slice(at, at + together).map((one) => readFolder(store, one)))))
  return sortRows([...rows, ...(whose.all ? loose.map(describeLoose) : [])], own)
}

const together = 8

async function readFolder(store: ObjectStore, folder: BackupFolder): Promise<BackupRow> {
  const { manifestKey } = folder
  const manifest = manifestKey === undefined ? undefined : await readManifest(store, manifestKey)
  return describeFolder(folder, manifest)
}

/** `undefined` for what is no manifest of ours, or went meanwhile. */
export async function readManifest(store: ObjectStore, key: string): Promise<BackupManifest | undefined> {
  try {
    return parseManifest(await readText(await store.get(key)))
  } catch (error) {
    if (error instanceof ObjectMissing) return undefined
    throw error
  }
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
