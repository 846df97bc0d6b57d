// Whether the storage has room for a copy of the database, asked before one is begun.

import { statfs } from 'node:fs/promises'
import { Blocked } from './outcome.ts'

/** Of two segments of the write-ahead log. */
const besidesDatabase = 150_000_000

export async function needSpace(folder: string, databaseBytes: number): Promise<void> {
  const bytes = databaseBytes + besidesDatabase
  const { bavail, bsize } = await statfs(folder)
  const mebibytes = (size: number): string => `${Math.ceil(size / 1_048_576)} MiB`
  if (bavail * bsize < bytes)
    throw new Blocked(
      `a copy of the database needs ${mebibytes(bytes)} on the storage, ${mebibytes(bavail * bsize)} are free; make space`,
    )
}
