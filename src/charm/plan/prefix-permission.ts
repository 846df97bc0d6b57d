// etcd has no prefixes, only ranges: a prefix is the range from itself to itself with its last byte one higher.

import type { PermissionSeen } from '../observed.ts'

/** Keys as latin-1 text, one character a byte, so that a range end which is no UTF-8 compares exactly. */
export function prefixPermission(prefix: string): PermissionSeen {
  const key = [...new TextEncoder().encode(prefix)]
  return { key: byteText(key), rangeEnd: byteText(rangeEnd(key)), type: 'Readwrite' }
}

function rangeEnd(key: readonly number[]): readonly number[] {
  const end = [...key]
  for (let last = end.pop(); last !== undefined; last = end.pop()) if (last < 0xff) return [...end, last + 1]
  return [0]
}

function byteText(bytes: readonly number[]): string {
  return bytes.map((byte) => String.fromCharCode(byte)).join('')
}
