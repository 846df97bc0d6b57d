// How far a member's data on disk goes, read without starting etcd: from the newest segment of its write-ahead log. Each segment
// begins with the member's identity and its raft state, and each later state follows as a record of its own.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

type Fields = ReadonlyMap<number, bigint | Buffer>

/** Of one protobuf message; the last of each field, as protobuf wants it. */
function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, bigint | Buffer>()
  for (let at = 0; at < bytes.length; ) {
    const key = readNumber(bytes, at)
    const value = readNumber(bytes, key.end)
    const field = Number(key.value >> 3n)
    if ((key.value & 7n) === 0n) fields.set(field, value.value)
    else if ((key.value & 7n) !== 2n) throw new RangeError(`field ${field} has a type that a log never has`)
    at = (key.value & 7n) === 2n ? value.end + Number(value.value) : value.end
    if (at > bytes.length) throw new RangeError('a field ends beyond its record')
    if ((key.value & 7n) === 2n) fields.set(field, bytes.subarray(value.end, at))
  }
  return fields
}

/** Seven bits a byte, the lowest first. */
function readNumber(bytes: Buffer, from: number): { readonly value: bigint; readonly end: number } {
  let value = 0n
  for (let at = from; at < bytes.length && at < from + 10; at += 1) {
    const byte = bytes.readUInt8(at)
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from))
    if (byte < 0x80) return { value, end: at + 1 }
  }
  throw new RangeError('a number ends beyond its record')
}

function numberIn(fields: Fields, field: number): bigint {
  const found = fields.get(field)
  return typeof found === 'bigint' ? found : 0n
}

function bytesIn(fields: Fields, field: number): Buffer {
  const found = fields.get(field)
  return Buffer.isBuffer(found) ? found : Buffer.alloc(0)
}
