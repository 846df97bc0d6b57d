// How far a member's data on disk goes, read without starting etcd: from the newest segment of its write-ahead log. Each segment
// begins with the member's identity and its raft state, and each later state follows as a record of its own.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesIn, fieldsOf, numberIn } from './protobuf.ts'
import { isMemberId, type RaftPosition } from './types.ts'

const recordKinds = { metadata: 1n, state: 3n } as const

/** `undefined` where there is no log, or none that can be read: then etcd itself would not start with it either. */
export async function readRaftPosition(folder: string): Promise<RaftPosition | undefined> {
  const names = await readdir(folder).catch(() => [])
  // Sequence and first index, both in hexadecimal digits of one width: text order is theirs.
  const newest = names
    .filter((name) => name.endsWith('.wal'))
    .toSorted()
    .at(-1)
  return newest === undefined ? undefined : parseSegment(await readFile(join(folder, newest)))
}

/** The last state wins: raft only ever moves on. A record that was cut off in a crash ends the log. */
export function parseSegment(bytes: Buffer): RaftPosition | undefined {
  let member = ''
  let found: Omit<RaftPosition, 'member'> | undefined
  try {
    for (const record of recordsOf(bytes)) {
      const { kind, data } = record
      if (kind === recordKinds.metadata) member = String(numberIn(fieldsOf(data), 1))
      if (kind === recordKinds.state) {
        const state = fieldsOf(data)
        found = { term: numberIn(state, 1), index: numberIn(state, 3) }
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return found && isMemberId(member) ? { member, ...found } : undefined
}

interface LogRecord {
  readonly kind: bigint
  readonly data: Buffer
}

/** Framed by a length of eight bytes, little-endian; where it is negative, its top byte says how much padding follows. */
function* recordsOf(bytes: Buffer): Generator<LogRecord> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const word = bytes.readBigInt64LE(at)
    // The rest of the segment was only set aside.
    if (word === 0n) return
    const length = Number(word & 0x00ff_ffff_ffff_ffffn)
    const padding = word < 0n ? Number((word >> 56n) & 7n) : 0
    const end = at + 8 + length
    if (end > bytes.length) return
    const fields = fieldsOf(bytes.subarray(at + 8, end))
    yield { kind: numberIn(fields, 1), data: bytesIn(fields, 3) }
    at = end + padding
  }
}
