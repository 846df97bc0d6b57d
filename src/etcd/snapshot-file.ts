// A snapshot as it lies in a file, before any etcd has run on it: etcd writes the hash of all that comes before at its end.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type DatabaseFacts, readDatabase } from './database-file.ts'

export interface SnapshotFacts {
  readonly size: number
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string
  /** etcd's hash at its end: right, another than the content's, or none, as in a database that was copied by hand or a file that was cut off. */
  readonly seal: 'right' | 'wrong' | 'none'
  /** `undefined` where it is no database of etcd's. */
  readonly database: DatabaseFacts | undefined
}

const sealSize = 32
/** A database has whole pages, of this size or a multiple. */
const sector = 512

export async function readSnapshot(path: string): Promise<SnapshotFacts> {
  const { size } = await stat(path)
  const sealed = size % sector === sealSize
  const whole = createHash('sha256')
  const body = createHash('sha256')
  const end: Buffer[] = []
  let at = 0
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.from(chunk)
    whole.update(bytes)
    const inBody = Math.min(Math.max(size - sealSize - at, 0), bytes.length)
    body.update(bytes.subarray(0, inBody))
    end.push(Buffer.from(bytes.subarray(inBody)))
    at += bytes.length
  }
  const matches = Buffer.concat(end).equals(body.digest())
  return {
    size,
    sha256: whole.digest('hex'),
    seal: sealed ? (matches ? 'right' : 'wrong') : 'none',
    database: await readDatabase(path),
  }
}
