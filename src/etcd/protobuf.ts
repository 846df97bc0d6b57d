// Messages as etcd writes them to disk, as far as the charm reads such files: numbers, and what has a length.

export type Fields = ReadonlyMap<number, bigint | Buffer>

/** Of one protobuf message; the last of each field, as protobuf wants it. */
export function fieldsOf(bytes: Buffer): Fields {
  return new Map(entriesOf(bytes))
}

function entriesOf(bytes: Buffer): readonly (readonly [number, bigint | Buffer])[] {
  const entries: (readonly [number, bigint | Buffer])[] = []
  for (let at = 0; at < bytes.length; ) {
    const key = readNumber(bytes, at)
    const value = readNumber(bytes, key.end)
    const field = Number(key.value >> 3n)
    const kind = key.value & 7n
    if (kind !== 0n && kind !== 2n) throw new RangeError(`field ${field} has a type that etcd never writes`)
    at = kind === 2n ? value.end + Number(value.value) : value.end
    if (at > bytes.length) throw new RangeError('a field ends beyond its record')
    entries.push([field, kind === 2n ? bytes.subarray(value.end, at) : value.value])
  }
  return entries
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

export function numberIn(fields: Fields, field: number): bigint {
  const found = fields.get(field)
  return typeof found === 'bigint' ? found : 0n
}

export function bytesIn(fields: Fields, field: number): Buffer {
  const found = fields.get(field)
  return Buffer.isBuffer(found) ? found : Buffer.alloc(0)
}

export function booleanIn(fields: Fields, field: number): boolean {
  return numberIn(fields, field) !== 0n
}

/** Of a field that may come again and again. */
export function textsIn(bytes: Buffer, field: number): readonly string[] {
  return entriesOf(bytes).flatMap(([name, value]) =>
    name === field && Buffer.isBuffer(value) ? [value.toString('utf8')] : [],
  )
}
