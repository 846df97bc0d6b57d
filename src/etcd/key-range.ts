// etcd has no prefixes, only ranges: a prefix is the range from itself to itself with its last byte one higher.

import type { KeyRange } from './types.ts'

/** All keys that begin with `prefix`; the empty prefix would be every key of everybody and is refused. */
export function prefixRange(prefix: string): KeyRange {
  if (prefix === '')
    throw new RangeError('an empty prefix is the whole store; ask for a prefix of at least one byte')
  const key = Buffer.from(prefix, 'utf8')
  return { key: bytesToText(key), rangeEnd: bytesToText(endOfPrefix(key)) }
}

/** From the first key that there can be to the end; said by name, so that nobody gets it by an empty text. */
export const everyKey: KeyRange = { key: '\0', rangeEnd: '\0' }

export function sameRange(a: KeyRange, b: KeyRange): boolean {
  return a.key === b.key && a.rangeEnd === b.rangeEnd
}

/** The first key that no longer begins with these bytes; NUL, etcd's "to the end", where there is none. */
export function endOfPrefix(prefix: Uint8Array): Buffer {
  const last = prefix.findLastIndex((byte) => byte < 0xff)
  if (last < 0) return Buffer.from([0])
  const end = Buffer.from(prefix.subarray(0, last + 1))
  end.writeUInt8(end.readUInt8(last) + 1, last)
  return end
}

export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

export function textToBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
