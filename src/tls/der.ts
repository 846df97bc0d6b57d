// DER by node-forge's asn1: just the few shapes that certificates, requests and revocation lists are made of. forge is loaded
// when the first of them is written or walked; keys and signatures are Node's, which knows EC and Ed25519, as forge does not.

import type { asn1, Bytes } from 'node-forge'

type Asn1 = asn1.Asn1

export interface Der {
  readonly asn1: typeof asn1
  sequence(...parts: readonly Asn1[]): Asn1
  set(...parts: readonly Asn1[]): Asn1
  oid(dotted: string): Asn1
  /** A positive number from hexadecimal digits. */
  integer(hex: string): Asn1
  boolean(value: boolean): Asn1
  null(): Asn1
  utf8(text: string): Asn1
  octets(content: Asn1 | Buffer): Asn1
  bits(content: Buffer, unused?: number): Asn1
  time(at: Date): Asn1
  /** `[n]`, holding other values (constructed) or bytes (primitive). */
  tagged(tag: number, content: readonly Asn1[] | Buffer): Asn1
  encode(value: Asn1): Buffer
  /** @throws where it is no DER, or bytes are left over */
  decode(bytes: Buffer): Asn1
}

const decoding = { strict: true, parseAllBytes: true, decodeBitStrings: false }

let opened: Promise<Der> | undefined

export function openDer(): Promise<Der> {
  opened ??= makeDer()
  return opened
}

async function makeDer(): Promise<Der> {
  const { default: forge } = await import('node-forge')
  const { asn1 } = forge
  const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class
  const made = (type: asn1.Type, value: Bytes): Asn1 => asn1.create(UNIVERSAL, type, false, value)
  const encode = (value: Asn1): Buffer => Buffer.from(asn1.toDer(value).getBytes(), 'binary')
  return {
    asn1,
    encode,
    decode: (bytes) => {
      // @types/node-forge knows no options here. Bit strings stay bytes: an EC point may by chance look like DER.
      const decoded: Asn1 = Reflect.apply(asn1.fromDer, asn1, [bytes.toString('binary'), decoding])
      return decoded
    },
    sequence: (...parts) => asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, [...parts]),
    set: (...parts) => asn1.create(UNIVERSAL, asn1.Type.SET, true, [...parts]),
    oid: (dotted) => made(asn1.Type.OID, asn1.oidToDer(dotted).getBytes()),
    integer: (hex) => made(asn1.Type.INTEGER, positive(hex).toString('binary')),
    boolean: (value) => made(asn1.Type.BOOLEAN, value ? '\xff' : '\x00'),
    null: () => made(asn1.Type.NULL, ''),
    utf8: (text) => made(asn1.Type.UTF8, Buffer.from(text, 'utf8').toString('binary')),
    octets: (content) =>
      made(asn1.Type.OCTETSTRING, (Buffer.isBuffer(content) ? content : encode(content)).toString('binary')),
    bits: (content, unused = 0) =>
      made(asn1.Type.BITSTRING, Buffer.concat([Buffer.from([unused]), content]).toString('binary')),
    // UTCTime ends with 2049 (RFC 5280, 4.1.2.5).
    time: (at) =>
      at.getUTCFullYear() < 2050
        ? made(asn1.Type.UTCTIME, `${stamp(at).slice(2)}`)
        : made(asn1.Type.GENERALIZEDTIME, stamp(at)),
    tagged: (tag, content) =>
      Buffer.isBuffer(content)
        ? asn1.create(CONTEXT_SPECIFIC, tag, false, content.toString('binary'))
        : asn1.create(CONTEXT_SPECIFIC, tag, true, [...content]),
  }
}

/** The shortest two's complement of a positive number. */
function positive(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  const first = bytes.findIndex((byte) => byte !== 0)
  const shortest = first < 0 ? Buffer.from([0]) : bytes.subarray(first)
  return shortest.readUInt8(0) >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest
}

function stamp(at: Date): string {
  return `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}

/** The parts of a constructed value; none of a primitive one. */
export function partsOf(value: Asn1 | undefined): readonly Asn1[] {
  return Array.isArray(value?.value) ? value.value : []
}

/** The bytes of a primitive value; none of a constructed one. */
export function bytesOf(value: Asn1 | undefined): Buffer {
  return typeof value?.value === 'string' ? Buffer.from(value.value, 'binary') : Buffer.alloc(0)
}
