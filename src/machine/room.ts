// Whether what is about to be written has room on its disk. Looked at first: a disk that is full ends etcd, too, where they share it.

import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { freeBytesAt } from './capacity.ts'
import { unlessAbsent } from './file.ts'

export interface Need {
  readonly folder: string
  readonly bytes: number
}

export class NoRoom extends Error {
  override readonly name = 'NoRoom'
  readonly folder: string
  readonly needed: number
  readonly free: number
  constructor({ folder, bytes }: Need, free: number) {
    super(`${folder} has ${free} bytes free, and ${bytes} are needed`)
    this.folder = folder
    this.needed = bytes
    this.free = free
  }
}

/** Needs of folders on one disk are added up; of them the first is named. */
export async function assertRoom(needs: readonly Need[]): Promise<void> {
  const disks = new Map<number, Need>()
  for (const { folder, bytes } of needs) {
    const { path, disk } = await diskOf(folder)
    const before = disks.get(disk)
    disks.set(disk, { folder: before?.folder ?? path, bytes: (before?.bytes ?? 0) + bytes })
  }
  for (const need of disks.values()) {
    const free = await freeBytesAt(need.folder)
    if (free < need.bytes) throw new NoRoom(need, free)
  }
}

/** Of one that is not there yet, that of the folder which it will be in. */
async function diskOf(folder: string): Promise<{ readonly path: string; readonly disk: number }> {
  const found = await unlessAbsent(stat(folder))
  return found ? { path: folder, disk: found.dev } : diskOf(dirname(folder))
}
