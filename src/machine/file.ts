// Files, written so that a crash at any moment leaves the old content or the new one, and never a secret that others can read.

import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, readFileSync, statSync } from 'node:fs'
import {
  chmod,
  chown,
  type FileHandle,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DiskFailed, onDisk } from './disk.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface FileRights {
  readonly mode: number
  /** Whoever this process runs as, where it is left out. */
  readonly owner?: Owner
}

export type FileFacts =
  | { readonly exists: false }
  | {
      readonly exists: true
      /** SHA-256 in hexadecimal digits. */
      readonly digest: string
      readonly mode: number
      readonly uid: number
      readonly gid: number
      /** Milliseconds since 1970. */
      readonly mtime: number
    }

/** Whether it wrote: content and rights that are right already are left alone, time stamps and all. */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  rights: FileRights,
): Promise<boolean> {
  return onDisk(dirname(path), replaceUnlessRight(path, Buffer.from(content), rights))
}

async function replaceUnlessRight(path: string, content: Buffer, rights: FileRights): Promise<boolean> {
  if (await stands(path, content, rights)) return false
  const draft = `${path}.${randomUUID()}.new`
  try {
    await writeDraft(draft, content, rights)
    await rename(draft, path)
  } finally {
    await removeFile(draft)
  }
  await syncFolder(dirname(path))
  return true
}

async function writeDraft(draft: string, content: Uint8Array, { mode, owner }: FileRights): Promise<void> {
  await using file = await open(draft, 'wx', 0o600)
  if (owner) await file.chown(owner.uid, owner.gid)
  // After the owner, since a change of owner drops bits; and against the umask.
  await file.chmod(mode)
  await file.writeFile(content)
  await file.sync()
}

async function stands(path: string, content: Buffer, { mode, owner }: FileRights): Promise<boolean> {
  const file = await openIfExists(path)
  if (!file) return false
  await using _closed = file
  const found = await file.stat()
  if (!found.isFile() || !hasRights(found, { mode, ...(owner && { owner }) })) return false
  return found.size === content.length && (await file.readFile()).equals(content)
}

interface Rights {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

function hasRights(found: Rights, { mode, owner }: FileRights): boolean {
  if ((found.mode & 0o7777) !== mode) return false
  return !owner || (found.uid === owner.uid && found.gid === owner.gid)
}

/** Without following a link: what somebody put in a file's place is replaced, not written through. */
function openIfExists(path: string): Promise<FileHandle | undefined> {
  return unlessAbsent(open(path, constants.O_RDONLY | constants.O_NOFOLLOW), ['ENOENT', 'ELOOP'])
}

/** A rename is on disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/** A hook reads dozens of small files: each takes less time than another thread takes to be asked for it. */
async function synchronously<T>(look: () => T): Promise<T> {
  return look()
}

export function readTextIfExists(path: string): Promise<string | undefined> {
  return onDisk(path, unlessAbsent(synchronously(() => readFileSync(path, 'utf8'))))
}

export function readBytesIfExists(path: string): Promise<Buffer | undefined> {
  return onDisk(path, unlessAbsent(synchronously(() => readFileSync(path))))
}

export async function exists(path: string): Promise<boolean> {
  return (await unlessAbsent(synchronously(() => statSync(path)))) !== undefined
}

export async function readFacts(path: string): Promise<FileFacts> {
  const found = await unlessAbsent(stat(path))
  if (!found) return { exists: false }
  const { uid, gid, mtimeMs } = found
  return { exists: true, digest: await digestOf(path), mode: found.mode & 0o7777, uid, gid, mtime: mtimeMs }
}

/** SHA-256 of a file in hexadecimal digits; read piece by piece, since it may be a tarball. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** With its parents; only the folder itself gets the rights, new or old. */
export function makeDirectory(path: string, rights: FileRights): Promise<void> {
  return onDisk(path, make(path, rights))
}

async function make(path: string, { mode, owner }: FileRights): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  await unlessAbsent(mkdir(path, { mode }), ['EEXIST'])
  const found = await lstat(path)
  if (!found.isDirectory())
    throw new DiskFailed(`${path} is not a folder`, 'move it away, and the charm makes one')
  if (owner && !hasRights(found, { mode: found.mode & 0o7777, owner }))
    await chown(path, owner.uid, owner.gid)
  if ((found.mode & 0o7777) !== mode) await chmod(path, mode)
}

/** Of all that is in a folder; a mode is that of its files, and its folders can be entered besides. */
export interface FolderRights {
  readonly owner: Owner
  readonly mode?: number
}

/** With all that is in it, without following a link; one that is not there is nobody's. */
export function giveFolder(path: string, rights: FolderRights): Promise<void> {
  return onDisk(path, give(path, rights))
}

async function give(path: string, rights: FolderRights): Promise<void> {
  const { uid, gid } = rights.owner
  for (const { inner, mode } of await findAstray(path, rights)) {
    await lchown(inner, uid, gid)
    if (mode !== undefined) await chmod(inner, mode)
  }
}

/** Whether all that is in it has these rights. */
export async function isGiven(path: string, rights: FolderRights): Promise<boolean> {
  return (await onDisk(path, findAstray(path, rights))).length === 0
}

/** What has other rights, with the mode that it should have. */
async function findAstray(path: string, { owner, mode }: FolderRights) {
  const entries = await unlessAbsent(readdir(path, { recursive: true, withFileTypes: true }))
  if (!entries) return []
  const inners = [path, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const looked = inners.map(async (inner) => {
    const found = await unlessAbsent(lstat(inner))
    if (!found) return []
    const due =
      mode === undefined || found.isSymbolicLink() ? undefined : mode | (found.isDirectory() ? 0o100 : 0)
    return hasRights(found, { mode: due ?? found.mode & 0o7777, owner }) ? [] : [{ inner, mode: due }]
  })
  return (await Promise.all(looked)).flat()
}

/** In place of what is there, in one rename: a link to a file of the same folder. */
export function linkAtomic(path: string, target: string): Promise<void> {
  return onDisk(dirname(path), link(path, target))
}

async function link(path: string, target: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`
  try {
    await symlink(basename(target), draft)
    await rename(draft, path)
  } finally {
    await removeFile(draft)
  }
  await syncFolder(dirname(path))
}

export async function isLink(path: string): Promise<boolean> {
  return (await unlessAbsent(lstat(path)))?.isSymbolicLink() === true
}

/** A file that is not there is as good as removed. */
export function removeFile(path: string): Promise<void> {
  return onDisk(dirname(path), rm(path, { force: true }))
}

export async function unlessAbsent<T>(
  promise: Promise<T>,
  codes: readonly string[] = ['ENOENT', 'ENOTDIR'],
): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.some((code) => code === error.code))
      return undefined
    throw error
  }
}
