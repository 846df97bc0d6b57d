// The wire contract of `etcd-peers`, between the units of this application.
// The unit databag asks (certificate requests, addresses); the application databag, written by the leader, answers.

import * as z from 'zod/mini'
import { type Founding, foundingSchema, format, readFormat } from './founding.ts'
import { type IssuersOfApplication, issuersOfApplication } from './issuers.ts'
import { parseJsonText, printJsonText } from './json-text.ts'

import { type ByPurpose, byPurpose } from './purposes.ts'

export { type Founding, printFounding, type Restore } from './founding.ts'
export * from './peer-unit.ts'
export { type ByPurpose, type Purpose, purposes } from './purposes.ts'

/** Of the authorities: both are trusted, and the old one still signs (`introduce`) or the new one does (`renew`). */
const rotation = z.enum(['introduce', 'renew'])
export type Rotation = z.infer<typeof rotation>

const clientCa = z.object({
  application: z.string(),
  certificates: z.readonly(z.array(z.string())),
  refused: z.readonly(z.array(z.string())),
  allowed: z.optional(z.boolean()),
})
/**
 * What one relation of `client-cas` gives: authorities in PEM, and what is wrong with the others. `allowed`: the operator has said
 * that they may be trusted; an earlier version of the charm did not ask.
 */
export type ClientCas = Readonly<z.infer<typeof clientCa>>

const withdrawn = z.readonly(z.array(z.object({ serial: z.string(), notAfter: z.number() })))
/** An administrator's certificate that was replaced, or whose unit is gone: hexadecimal digits, and milliseconds since 1970. */
export type Withdrawn = Readonly<z.infer<typeof withdrawn>[number]>

const certificatesRow = z.extend(byPurpose, { superseded: z.optional(withdrawn) })

const options = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
/** What the leader has decided for all: public certificates only, never a key. */
export interface PeerApplication {
  readonly founding?: Founding
  /** Each a bundle: the authority that signs now comes first, in a rotation followed by the one that goes, or by the one that comes. */
  readonly authorities?: ByPurpose
  readonly rotation?: Rotation
  readonly certificates: ReadonlyMap<string, ByPurpose>
  /** By unit: administrator's certificates of before, one of which its disk may still hold. */
  readonly superseded?: ReadonlyMap<string, readonly Withdrawn[]>
  /** What the operator has clients trusted by, beside their leaves, by relation id of `client-cas`. */
  readonly clientCas: Readonly<Record<string, ClientCas>>
  /** Whom no member lets in any more. */
  readonly withdrawn?: readonly Withdrawn[]
  /** Options in force that differ from their defaults; an option that is invalid now goes on as it stands here. */
  readonly options?: Readonly<z.infer<typeof options>>
  /** Whom beside the charm's own authorities all are to trust. */
  readonly issuers?: IssuersOfApplication
  /** It was written by a later revision of the charm, in a format that this one can't know. */
  readonly later?: boolean
  /** Keys that are there and say nothing to this version of the charm: that is not the same as if they were not there. */
  readonly unreadable: readonly string[]
}

const certificatesKey = 'certificates.'

export function parsePeerApplication(databag: Readonly<Record<string, string>>): PeerApplication {
  const unreadable: string[] = []
  const read = <Schema extends z.core.$ZodType>(schema: Schema, key: string): z.infer<Schema> | undefined => {
    const value = parseJsonText(schema, databag[key])
    if (databag[key] && value === undefined) unreadable.push(key)
    return value
  }
  const founded = read(foundingSchema, 'founding')
  const later = readFormat(databag) > format
  const authorities = read(byPurpose, 'authorities')
  const certificates = new Map<string, ByPurpose>()
  const superseded = new Map<string, readonly Withdrawn[]>()
  for (const key of Object.keys(databag).filter((name) => name.startsWith(certificatesKey))) {
    const row = read(certificatesRow, key)
    if (!row) continue
    const unit = key.slice(certificatesKey.length)
    const { superseded: earlier, ...issued } = row
    certificates.set(unit, issued)
    if (earlier) superseded.set(unit, earlier)
  }
  const kept = read(options, 'options')
  const refused = read(withdrawn, 'withdrawn')
  const issuers = read(issuersOfApplication, 'issuers')
  const clientCas = read(z.record(z.string(), clientCa), 'client-cas') ?? {}
  const rotating = z.safeParse(rotation, databag.rotation)
  return {
    ...(founded && { founding: founded }),
    ...(authorities && { authorities }),
    ...(rotating.success && { rotation: rotating.data }),
    certificates,
    ...(superseded.size > 0 && { superseded }),
    clientCas,
    ...(kept && { options: kept }),
    ...(refused && { withdrawn: refused }),
    ...(issuers && { issuers }),
    ...(later && { later }),
    unreadable,
  }
}

/** Each once, sorted. */
export function clientCasOf(application: Pick<PeerApplication, 'clientCas'>): readonly string[] {
  return [...new Set(Object.values(application.clientCas).flatMap(({ certificates }) => certificates))].sort()
}

export function printClientCas(value: PeerApplication['clientCas']): Record<string, string | undefined> {
  return { 'client-cas': Object.keys(value).length > 0 ? printJsonText(value) : undefined }
}

export function printIssuers(value: IssuersOfApplication): Record<string, string | undefined> {
  return { issuers: Object.keys(value).length > 0 ? printJsonText(value) : undefined }
}

export function printOptions(
  value: NonNullable<PeerApplication['options']>,
): Record<string, string | undefined> {
  return { options: Object.keys(value).length > 0 ? printJsonText(value) : undefined }
}

export function printAuthorities(bundles: ByPurpose, phase?: Rotation): Record<string, string | undefined> {
  return { authorities: printJsonText(bundles), rotation: phase }
}

export function printCertificates(
  unit: string,
  certificates: ByPurpose,
  superseded: readonly Withdrawn[],
): Record<string, string> {
  const row = { ...certificates, ...(superseded.length > 0 && { superseded }) }
  return { [`${certificatesKey}${unit}`]: printJsonText(row) }
}

/** All that the databag has of units that are gone, but for whom of them members are to refuse. */
export function forgetCertificates(
  units: readonly string[],
  refused: readonly Withdrawn[],
): Record<string, string | undefined> {
  const forgotten = units.map((unit) => [`${certificatesKey}${unit}`, undefined] as const)
  return {
    ...Object.fromEntries(forgotten),
    withdrawn: refused.length > 0 ? printJsonText(refused) : undefined,
  }
}
