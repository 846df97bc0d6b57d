// Certificates as fast-check makes them up: sound in most parts, so that many come through, and odd in any of the others.

import fc from 'fast-check'
import {
  type AlgorithmName,
  algorithms,
  attribute,
  extension,
  makeOddCertificate,
  type OddCertificate,
  type OddShape,
  soundShape,
  time,
} from '../../fixtures/odd-certificate.ts'
import { bits, integer, oid, sequence, tlv } from '../../fixtures/odd-der.ts'
import { type OddKeyName, oddKeys } from '../../fixtures/odd-keys.ts'

const sound = soundShape('web')
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((found) => Buffer.from(found))

/** Mostly the first. */
function mostly<T>(plain: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 19, arbitrary: plain }, { weight: 1, arbitrary: odd })
}

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'root',
    'ROOT',
    'etcd-peer',
    'a'.repeat(64),
    'a'.repeat(65),
    'web\0',
    'we\u202eb',
    ' web',
    'web ',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.integer({ min: 100, max: 3_000 }).map((length) => 'x'.repeat(length)),
)
const names = mostly(fc.stringMatching(/^[a-z][a-z0-9.:-]{0,20}$/), texts)
const stringTypes = mostly(
  fc.constantFrom(0x0c, 0x13),
  fc.constantFrom(0x14, 0x16, 0x1e, 0x1c, 0x04, 0x1a, 0x02, 0x30),
)
const attributes = fc.constantFrom(
  '2.5.4.10',
  '2.5.4.11',
  '2.5.4.6',
  '1.2.840.113549.1.9.1',
  '2.5.4.5',
  '1.2.3.4.5.6',
)

const commonName = fc.tuple(names, stringTypes).map(([text, tag]) => attribute('2.5.4.3', text, tag))
const other = fc
  .tuple(attributes, mostly(fc.constant('x'), texts), stringTypes)
  .map(([type, text, tag]) => attribute(type, text, tag))
const subjects = mostly(
  fc
    .tuple(
      fc.array(other, { maxLength: 3 }),
      mostly(fc.tuple(commonName), fc.array(commonName, { maxLength: 3 })),
    )
    .map(([rows, more]) => sequence(...rows, ...more)),
  bytes(40).map((content) => tlv(0x30, content)),
)

const times = fc.oneof(
  fc
    .date({ min: new Date('1930-01-01'), max: new Date('2049-12-31'), noInvalidDate: true })
    .map((at) => time(at)),
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((at) => time(at, true)),
  fc
    .constantFrom(
      '991231235959Z',
      '20991231235959Z',
      '9912312359Z',
      '',
      '20501301000000Z',
      '20500101000000+0100',
    )
    .map((stamp) => tlv(stamp.length > 13 ? 0x18 : 0x17, Buffer.from(stamp))),
)

const generalNames = fc
  .tuple(
    fc.constantFrom(0x81, 0x82, 0x86, 0x87, 0x88, 0xa0, 0xa4),
    mostly(
      fc.constant(Buffer.from('a.example')),
      fc.oneof(
        bytes(20),
        texts.map((text) => Buffer.from(text)),
      ),
    ),
  )
  .map(([tag, content]) => tlv(tag, content))
const flags = fc.constantFrom(undefined, undefined, true, false)
const extensions = fc.oneof(
  fc.array(generalNames, { maxLength: 3 }).map((rows) => extension('2.5.29.17', sequence(...rows))),
  fc
    .tuple(
      fc.array(fc.constantFrom('1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '2.5.29.37.0', '1.2.3'), {
        maxLength: 3,
      }),
      flags,
    )
    .map(([rows, critical]) => extension('2.5.29.37', sequence(...rows.map(oid)), critical)),
  fc
    .tuple(fc.constantFrom('80', '04', '02', '06', '00', 'ff', ''), fc.nat(9))
    .map(([digits, unused]) => extension('2.5.29.15', bits(hex(digits), unused), true)),
  fc
    .constantFrom('', '0101ff', '010100', '010101', '0101ff020100', '020100', '0101')
    .map((digits) => extension('2.5.29.19', tlv(0x30, hex(digits)), true)),
  fc
    .constantFrom(
      '2.5.29.14',
      '2.5.29.35',
      '2.5.29.30',
      '2.5.29.31',
      '2.5.29.32',
      '1.3.6.1.5.5.7.1.1',
      '1.2.3.4',
    )
    .chain((type) =>
      fc
        .tuple(
          fc.oneof(
            bytes(30),
            bytes(30).map((content) => tlv(0x30, content)),
            bytes(20).map((content) => tlv(0x04, content)),
          ),
          flags,
        )
        .map(([value, critical]) => extension(type, value, critical)),
    ),
)

const algorithmNames: readonly AlgorithmName[] = Object.keys(algorithms).filter(
  (name): name is AlgorithmName => Object.hasOwn(algorithms, name),
)
const keyNames: readonly OddKeyName[] = Object.keys(oddKeys).filter((name): name is OddKeyName =>
  Object.hasOwn(oddKeys, name),
)
const usual: readonly OddKeyName[] = ['p256', 'p384', 'rsa2048', 'ed25519']

const shapes: fc.Arbitrary<OddShape> = fc.record({
  version: mostly(fc.constant(3), fc.constantFrom(undefined, 1, 2, 4, 200)),
  serial: mostly(
    fc.uint8Array({ minLength: 1, maxLength: 18 }).map((found) => Buffer.from([0x41, ...found])),
    fc
      .constantFrom('', '00', '80', 'ff', '0001', `00${'ff'.repeat(20)}`, '41'.repeat(20), '41'.repeat(300))
      .map(hex),
  ),
  algorithm: mostly(
    fc.constantFrom<AlgorithmName>('ecdsa-sha256', 'rsa-sha256', 'ed25519'),
    fc.constantFrom(...algorithmNames),
  ),
  from: mostly(fc.constant(sound.from), times),
  until: mostly(fc.constant(sound.until), times),
  subject: subjects,
  key: mostly(fc.constantFrom(...usual), fc.constantFrom(...keyNames)),
  extensions: fc
    .tuple(
      mostly(fc.constant(sound.extensions), fc.constant<readonly Buffer[]>([])),
      mostly(fc.constant<Buffer[]>([]), fc.array(extensions, { maxLength: 4 })),
    )
    .chain(([first, more]) =>
      fc.shuffledSubarray([...first, ...more], { minLength: first.length + more.length }),
    ),
})
const oddities = fc.record(
  {
    inner: fc.constantFrom(...algorithmNames),
    issuer: fc.oneof(subjects, fc.constant(integer(hex('01')))),
    length: fc.constantFrom('longer', 'indefinite', 'too-much'),
    trailing: bytes(20),
  },
  { requiredKeys: [] },
)

/** Some bytes of it, of which each is put in the place of another. */
const damages = mostly(
  fc.constant<[number, number][]>([]),
  fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 3 }),
)
const envelopes = mostly(
  fc.constant((pem: string): string => pem),
  fc.constantFrom(
    (pem: string): string => pem.replaceAll('\n', '\r\n'),
    (pem: string): string => `text\n${pem}${pem}`,
    (pem: string): string => pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
    (pem: string): string => pem.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'),
    (pem: string): string => pem.replaceAll('\n', ''),
    (pem: string): string => pem.slice(0, pem.length / 2),
    (pem: string): string => pem.replaceAll('A', '\u202e'),
  ),
)

export interface Oddity {
  readonly text: string
  readonly made: OddCertificate
}

export const oddCertificates: fc.Arbitrary<Oddity> = fc
  .tuple(shapes, mostly(fc.constant({}), oddities), damages, envelopes)
  .map(([shape, more, damage, envelope]) => {
    const made = makeOddCertificate({ ...shape, ...more })
    if (damage.length === 0) return { text: envelope(made.pem), made }
    const der = Buffer.from(made.der)
    for (const [at, byte] of damage) der.writeUInt8(byte, Math.floor(at * der.length))
    const text = made.pem.replace(/^[^-]+$/gm, '').replace('-----\n', `-----\n${der.toString('base64')}\n`)
    return { text: envelope(text), made }
  })
