// What a unit tells its peers in its own databag of `etcd-peers`.

import * as z from 'zod/mini'
import { type IssuersOfUnit, issuersOfUnit } from './issuers.ts'
import { parseJsonText, printJsonText } from './json-text.ts'
import { type ByPurpose, byPurpose } from './purposes.ts'

const addresses = z.object({
  peer: z.string(),
  client: z.string(),
  names: z.readonly(z.array(z.string())),
  hosts: z.optional(z.readonly(z.array(z.string()))),
  ingress: z.optional(z.string()),
  byRelation: z.optional(z.record(z.string(), z.string())),
})
/**
 * Where a unit is reached: the addresses bound to `etcd-peers` and `etcd-client`, and all that its certificates must name; the names of its
 * machine, the full one first; and where clients come in that are in no network of the machine's own, by relation where Juju tells more.
 */
export type UnitAddresses = Readonly<z.infer<typeof addresses>>

const position = z.object({
  generation: z.number(),
  term: z.string(),
  index: z.string(),
  token: z.string(),
})
/**
 * How far the data goes that a unit has and does not run: told when a cluster is to be founded, so that the most advanced data
 * goes on. `generation` is of the cluster that the data is of (0: of none that this charm ran), and `token` names the founding
 * that this was told for: whoever tells it has stopped its etcd.
 */
export type DataPosition = Readonly<z.infer<typeof position>>

const reach = z.object({
  fqdn: z.optional(z.string()),
  ingress: z.optional(z.string()),
  byRelation: z.optional(z.record(z.string(), z.string())),
})
export type Reach = Readonly<z.infer<typeof reach>>

const unloadable = z.readonly(z.array(z.object({ fingerprint: z.string(), words: z.string() })))
/** A certificate that a unit's etcd can't load, by its short fingerprint, and what etcd says of it. */
export type Unloadable = Readonly<z.infer<typeof unloadable>[number]>

const order = z.object({
  release: z.string(),
  health: z.optional(z.boolean()),
  compatibility: z.optional(z.boolean()),
  checks: z.optional(z.boolean()),
})
/** What an operator ordered of this unit, for that release and no other: to go; `false` takes a check out of the way. */
export type RefreshOrder = Readonly<z.infer<typeof order>>

const refresh = z.object({
  wants: z.optional(z.string()),
  runs: z.optional(z.string()),
  proven: z.optional(z.string()),
  before: z.optional(z.string()),
  charm: z.optional(z.string()),
  from: z.optional(z.string()),
  order: z.optional(order),
  backup: z.optional(z.number()),
})
/**
 * Which release of etcd a unit's charm wants and its etcd runs; with which it was seen to serve; and which it ran before. `charm` is the
 * revision of its code, `from` the one that wanted another release. `backup`, of the leader where a store is related: when the newest one
 * was begun, 0 where there is none.
 */
export type RefreshTold = Readonly<z.infer<typeof refresh>>

/** What a unit tells its peers. `endpoint` is there only while its etcd serves. */
export interface PeerUnit {
  readonly requests?: ByPurpose
  /** SHA-256 of the public key of each request, so that nobody parses requests but the leader when it signs. */
  readonly keys?: ByPurpose
  readonly addresses?: UnitAddresses
  readonly endpoint?: string
  /** Where else clients may be sent: what its server certificate names. */
  readonly reach?: Reach
  /** Version of the etcd that is installed. */
  readonly version?: string
  /** Its storage holds etcd's data: it is, or was, a member. */
  readonly data?: boolean
  readonly position?: DataPosition
  /** Its data is of a later founding than the application's databag tells of. */
  readonly ahead?: boolean
  /** Of what is to be in the truststore. */
  readonly unloadable?: readonly Unloadable[]
  /** Short fingerprints of the client certificates that its running etcd trusts. */
  readonly trusts?: readonly string[]
  /** The last of the departures whose name neither its running etcd trusts any more nor its next start would. */
  readonly released?: number
  /** Digest of the certificate authorities that its running etcd trusts. */
  readonly authorities?: string
  /** Digest of its own three certificates, as they lie on its disk. */
  readonly certificates?: string
  /** Bytes that the database of its running etcd may have. */
  readonly quota?: number
  /** Digest of what in the configuration of its running etcd is the same for all members. */
  readonly settings?: string
  /** Of what its etcd was to start with, what it could not run with. */
  readonly refuses?: readonly string[]
  /** Its etcd still reads its data, as after every start. */
  readonly starts?: boolean
  /** What of issuers of the operator's it trusts and shows. */
  readonly issuers?: IssuersOfUnit

  /** Its disk has no room for a copy of its database, as defragmenting makes one. */
  readonly tight?: boolean
  /** Of the founding that left this unit out, and that it has come to by now. */
  readonly joined?: string
  readonly refresh?: RefreshTold
}

export function parsePeerUnit(databag: Readonly<Record<string, string>>): PeerUnit {
  const requests = parseJsonText(byPurpose, databag.requests)
  const keys = parseJsonText(byPurpose, databag.keys)
  const at = parseJsonText(addresses, databag.addresses)
  const stands = parseJsonText(position, databag.position)
  const reached = parseJsonText(reach, databag.reach)
  const issued = parseJsonText(issuersOfUnit, databag.issuers)
  const unloaded = parseJsonText(unloadable, databag.unloadable)
  const refreshed = parseJsonText(refresh, databag.refresh)
  const {
    endpoint,
    version,
    data,
    trusts,
    authorities,
    certificates,
    quota,
    released,
    refuses,
    starts,
    settings,
  } = databag
  return {
    ...(requests && { requests }),
    ...(keys && { keys }),
    ...(at && { addresses: at }),
    ...(endpoint && { endpoint }),
    ...(reached && { reach: reached }),
    ...(version && { version }),
    ...(data !== undefined && { data: data === 'yes' }),
    ...(stands && { position: stands }),
    ...(databag.ahead && { ahead: true }),
    ...(unloaded && { unloadable: unloaded }),
    ...(trusts !== undefined && { trusts: trusts.split(',') }),
    ...(released && { released: Number(released) }),
    ...(authorities && { authorities }),
    ...(certificates && { certificates }),
    ...(quota && { quota: Number(quota) }),
    ...(refuses && { refuses: refuses.split(',') }),
    ...(settings && { settings }),
    ...(starts && { starts: true }),
    ...(issued && { issuers: issued }),
    ...(databag.tight && { tight: true }),
    ...(databag.joined && { joined: databag.joined }),
    ...(refreshed && { refresh: refreshed }),
  }
}

export function printPeerUnit(unit: PeerUnit): Record<string, string | undefined> {
  return {
    requests: unit.requests && printJsonText(unit.requests),
    keys: unit.keys && printJsonText(unit.keys),
    addresses: unit.addresses && printJsonText(unit.addresses),
    endpoint: unit.endpoint,
    reach: unit.reach && printJsonText(unit.reach),
    version: unit.version,
    data: unit.data === undefined ? undefined : unit.data ? 'yes' : 'no',
    position: unit.position && printJsonText(unit.position),
    ahead: unit.ahead ? 'yes' : undefined,
    unloadable: unit.unloadable && printJsonText(unit.unloadable),
    trusts: unit.trusts?.join(','),
    released: unit.released?.toString(),
    authorities: unit.authorities,
    certificates: unit.certificates,
    quota: unit.quota?.toString(),
    refuses: unit.refuses?.join(','),
    settings: unit.settings,
    starts: unit.starts ? 'yes' : undefined,
    issuers: unit.issuers && printJsonText(unit.issuers),
    tight: unit.tight ? 'yes' : undefined,
    joined: unit.joined,
    refresh: unit.refresh && printJsonText(unit.refresh),
  }
}
