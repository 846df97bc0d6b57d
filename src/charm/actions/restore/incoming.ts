// A snapshot that an operator put on this unit's storage, below `incoming/`, and the manifest beside it, where there is one.

import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type BackupManifest, parseManifest } from '../../../interfaces/backup-manifest.ts'
import { readTextIfExists, unlessAbsent } from '../../../machine/file.ts'
import { findWorkload } from '../../../machine/workload.ts'
import { plainText } from '../../../plain-text.ts'
import { incomingFolder } from '../../layout.ts'

export interface Source {
  readonly name: string
  readonly path: string
  readonly manifest: BackupManifest | undefined
  /** In a store: whose folder it was found in, as list-backups prints it. */
  readonly folder?: string
  /** Milliseconds since 1970, as far as can be known. */
  readonly taken: number
}

export type Located =
  | { readonly kind: 'found'; readonly source: Source }
  | { readonly kind: 'refused'; readonly why: string }

/** A file, or one within a folder of its own, as a store has it: never what is elsewhere on the machine. */
const plainName = /^(?:[A-Za-z0-9][\w.:+@-]*\/)?[A-Za-z0-9][\w.:+@-]*$/

export async function findIncoming(file: string): Promise<Located> {
  const folder = incomingFolder(await findWorkload())
  if (!plainName.test(file))
    return { kind: 'refused', why: `${plainText(file)} is no name of a file in ${folder}` }
  const path = `${folder}/${file}`
  const found = await unlessAbsent(lstat(path))
  if (!found?.isFile())
    return { kind: 'refused', why: `there is no file ${path} on this unit; copy the snapshot there, as root` }
  const beside = file.includes('/') ? `${dirname(path)}/manifest.json` : `${path}.manifest.json`
  const text = await readTextIfExists(beside)
  const manifest = text === undefined ? undefined : parseManifest(text)
  if (text !== undefined && !manifest)
    return {
      kind: 'refused',
      why: `${beside} is no manifest that this charm can read; mend it, or move it away`,
    }
  const taken = manifest ? Date.parse(manifest.startedAt) : found.mtimeMs
  return { kind: 'found', source: { name: file, path, manifest, taken } }
}
