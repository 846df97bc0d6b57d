// The wire contract of `etcd-peers`, between the units of this application.
// The unit databag asks (certificate requests, addresses); the application databag, written by the leader, answers.

import * as z from 'zod/mini'
import { parseJsonText, printJsonText } from './json-text.ts'

/** The three certificates of a unit, each from an authority of its own (facts: with a shared one a client reaches raft). */
export const purposes = ['peer', 'server', 'admin'] as const
export type Purpose = (typeof purposes)[number]

const pemByPurpose = z.object({ peer: z.string(), server: z.string(), admin: z.string() })
/** One PEM text for each purpose: certificate requests, certificates or authorities. */
export type PemByPurpose = Readonly<z.infer<typeof pemByPurpose>>

const addresses = z.object({
  peer: z.string(),
  client: z.string(),
  names: z.readonly(z.array(z.string())),
})
/** Where a unit is reached: the addresses bound to `etcd-peers` and `etcd-client`, and all that its certificates must name. */
export type UnitAddresses = Readonly<z.infer<typeof addresses>>

/** What a unit tells its peers. `endpoint` is there only while its etcd serves. */
export interface PeerUnit {
  readonly requests?: PemByPurpose
  readonly addresses?: UnitAddresses
  readonly endpoint?: string
  /** Version of the etcd that is installed. */
  readonly version?: string
}

export function parsePeerUnit(databag: Readonly<Record<string, string>>): PeerUnit {
  const requests = parseJsonText(pemByPurpose, databag.requests)
  const at = parseJsonText(addresses, databag.addresses)
  const { endpoint, version } = databag
  return {
    ...(requests && { requests }),
    ...(at && { addresses: at }),
    ...(endpoint && { endpoint }),
    ...(version && { version }),
  }
}

export function printPeerUnit(unit: PeerUnit): Record<string, string | undefined> {
  return {
    requests: unit.requests && printJsonText(unit.requests),
    addresses: unit.addresses && printJsonText(unit.addresses),
    endpoint: unit.endpoint,
    version: unit.version,
  }
}

const founding = z.object({ founder: z.string(), token: z.string() })
/** Which unit founds the cluster, and the token that keeps members of other clusters out. */
export type Founding = Readonly<z.infer<typeof founding>>

/** What the leader has decided for all: public certificates only, never a key. */
export interface PeerApplication {
  readonly founding?: Founding
  readonly authorities?: PemByPurpose
  readonly certificates: ReadonlyMap<string, PemByPurpose>
}

const certificatesKey = 'certificates.'

export function parsePeerApplication(databag: Readonly<Record<string, string>>): PeerApplication {
  const founded = parseJsonText(founding, databag.founding)
  const authorities = parseJsonText(pemByPurpose, databag.authorities)
  const certificates = new Map<string, PemByPurpose>()
  for (const [key, text] of Object.entries(databag)) {
    const issued = key.startsWith(certificatesKey) ? parseJsonText(pemByPurpose, text) : undefined
    if (issued) certificates.set(key.slice(certificatesKey.length), issued)
  }
  return { ...(founded && { founding: founded }), ...(authorities && { authorities }), certificates }
}

export function printFounding(value: Founding): Record<string, string> {
  return { founding: printJsonText(value) }
}

export function printAuthorities(certificates: PemByPurpose): Record<string, string> {
  return { authorities: printJsonText(certificates) }
}

export function printCertificates(unit: string, certificates: PemByPurpose): Record<string, string> {
  return { [`${certificatesKey}${unit}`]: printJsonText(certificates) }
}
