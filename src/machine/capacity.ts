// What this machine has room for.

import type { StatsFs } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { unlessAbsent } from './file.ts'

export interface Capacity {
  /** Of the machine; of the container, where that has a limit. */
  readonly memoryBytes: number
  /** Of the file system that the folder is on, used or not. */
  readonly diskBytes: number
  /** That etcd's user may still write. */
  readonly freeBytes: number
}

/** `undefined` where the folder is not there yet. */
export async function readCapacity(folder: string): Promise<Capacity | undefined> {
  const disk = await unlessAbsent(statfs(folder))
  if (!disk) return undefined
  // 0 where there is no limit; some kernels tell one beyond all memory.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY
  return {
    memoryBytes: Math.min(totalmem(), limit),
    diskBytes: disk.blocks * disk.bsize,
    freeBytes: freeBytesOf(disk),
  }
}

/** That etcd's user may still write to the file system of a folder. */
export async function freeBytesAt(folder: string): Promise<number> {
  return freeBytesOf(await statfs(folder))
}

function freeBytesOf({ bavail, bsize }: Pick<StatsFs, 'bavail' | 'bsize'>): number {
  return bavail * bsize
}

/** 0 where there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return (await unlessAbsent(stat(path)))?.size ?? 0
}
