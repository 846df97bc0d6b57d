// The charm's own log on this machine, for collectors to read: lines that are added, within bounds.

import { constants } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from './file.ts'

/** Root's, and none that etcd may write in: what it put there, root would write through. */
export const charmLogFolder = '/var/log/etcd-charm'
/** Under a name that collectors look for. */
const name = 'charm.log'
/** And one that they pass over. */
const before = 'charm.log.1'
/** Some weeks of an update-status every five minutes. */
const mostBytes = 4_000_000

/** A disk that is full, or a folder that can't be made, is no reason for a hook to fail. */
export async function addToCharmLog(line: string, folder = charmLogFolder): Promise<void> {
  try {
    await add(line, folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

async function add(line: string, folder: string): Promise<void> {
  const path = join(folder, name)
  await using file = await openOrMake(path, folder)
  await file.appendFile(line)
  if ((await file.stat()).size > mostBytes) await rename(path, join(folder, before))
}

async function openOrMake(path: string, folder: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  try {
    return await open(path, flags, 0o640)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    await makeDirectory(folder, { mode: 0o755 })
    return open(path, flags, 0o640)
  }
}
