// A member's write-ahead log, read without starting etcd: how far its data on disk goes, from the newest segment, and what was proposed. Each
// segment begins with the member's identity and its raft state, and each later state or entry follows as a record of its own.

import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesIn, fieldsOf, numberIn } from './protobuf.ts'
import { isMemberId, type RaftPosition } from './types.ts'

const recordKinds = { metadata: 1n, entry: 2n, state: 3n } as const

/** `undefined` where there is no log, or none that can be read: then etcd itself would not start with it either. */
export async function readRaftPosition(folder: string): Promise<RaftPosition | undefined> {
  const newest = (await segmentsIn(folder)).at(-1)
  return newest === undefined ? undefined : parseSegment(await readFile(join(folder, newest)))
}

/** Sequence and first index, both in hexadecimal digits of one width: text order is theirs. */
async function segmentsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith('.wal')).toSorted()
}

function firstIndexIn(segment = ''): bigint {
  const [, digits] = /-([0-9a-f]+)\.wal$/.exec(segment) ?? []
  return digits === undefined ? 0n : BigInt(`0x${digits}`)
}

/** What was proposed after that index, as it lies there; a segment is large, so a part of it at a time is in memory. */
export async function* proposalsAfter(folder: string, index: bigint): AsyncGenerator<Buffer> {
  const segments = await segmentsIn(folder)
  const from = segments.findLastIndex((segment) => firstIndexIn(segment) <= index + 1n)
  for (const segment of segments.slice(Math.max(from, 0))) {
    try {
      for await (const { kind, data } of recordsAt(join(folder, segment))) {
        if (kind !== recordKinds.entry) continue
        const entry = fieldsOf(data)
        if (numberIn(entry, 3) > index) yield bytesIn(entry, 4)
      }
    } catch (error) {
      // etcd may be writing that record, or have removed a segment that it needs no more.
      const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!gone && !(error instanceof RangeError)) throw error
    }
  }
}

async function* recordsAt(path: string): AsyncGenerator<LogRecord> {
  let rest = Buffer.alloc(0)
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([rest, part])
    let read = 0
    for (const record of recordsOf(bytes)) {
      yield record
      read = record.end
    }
    rest = bytes.subarray(read)
    if (rest.length >= 8 && rest.readBigInt64LE() === 0n) return
  }
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
  /** Where the next one begins. */
  readonly end: number
}

/** Framed by a length of eight bytes, little-endian; where it is negative, its top byte says how much padding follows. */
function* recordsOf(bytes: Buffer): Generator<LogRecord> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const word = bytes.readBigInt64LE(at)
    // The rest of the segment was only set aside.
    if (word === 0n) return
    const length = Number(word & 0x00ff_ffff_ffff_ffffn)
    const padding = word < 0n ? Number((word >> 56n) & 7n) : 0
    const end = at + 8 + length + padding
    if (end > bytes.length) return
    const fields = fieldsOf(bytes.subarray(at + 8, at + 8 + length))
    yield { kind: numberIn(fields, 1), data: bytesIn(fields, 3), end }
    at = end
  }
}
