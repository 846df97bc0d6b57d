// The backups in a store, each with its manifest. The store is asked every time: nothing else knows.

import { folderOf, sourceOf } from '../interfaces/backup-layout.ts'
import { type BackupManifest, parseManifest } from '../interfaces/backup-manifest.ts'
import { type Content, type ObjectStore, unlessMissing } from '../object-storage/port.ts'
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

/** Newest first, this application's own before others. */
export async function readBackups(store: ObjectStore, whose: Whose): Promise<readonly BackupRow[]> {
  const own = sourceOf(whose.application, whose.modelUuid)
  const below = `${folderOf(whose.path)}${whose.all ? '' : `${own}/`}`
  const { objects } = await store.list(below)
  const { folders, loose } = sortObjects(objects, whose.path)
  const rows = await aFewAtATime(folders, (one) => readFolder(store, one))
  return sortRows([...rows, ...(whose.all ? loose.map(describeLoose) : [])], own)
}

async function readFolder(store: ObjectStore, folder: BackupFolder): Promise<BackupRow> {
  const { manifestKey } = folder
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
