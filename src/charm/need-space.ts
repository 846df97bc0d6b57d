// Whether the storage has room for copies of a database, asked before anything is begun or fetched.

import { freeBytesAt } from '../machine/capacity.ts'
import { Blocked } from './outcome.ts'
import { printBytes } from './plan/print-bytes.ts'

/** Of two segments of the write-ahead log. */
const besidesDatabase = 150_000_000

export interface Copies {
  readonly databaseBytes: number
  /** What lies there at once, at most. */
  readonly copies: number
}

export async function needSpace(folder: string, { databaseBytes, copies }: Copies): Promise<void> {
  const bytes = databaseBytes * copies + besidesDatabase
  const free = await freeBytesAt(folder)
  if (free >= bytes) return
  const needed = `${printBytes(bytes)} for ${copies === 1 ? 'a copy' : `${copies} copies`} of the database`
  throw new Blocked(
    `${folder} has ${printBytes(free)} free, and needs ${needed}; delete set-aside-* there, or enlarge the storage`,
  )
}
