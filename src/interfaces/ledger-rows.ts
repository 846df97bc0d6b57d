// The rows of the ledger, each under a key of its own: what was accepted or refused, and what is noted beside it.

import * as z from 'zod/mini'

/** A request's place: relation id and, in protocol v1, the request's id (v0 has one request, with the empty id). */
export interface RequestKey {
  readonly relation: number
  readonly request: string
}

const leafSchema = z.object({
  pem: z.string(),
  commonName: z.string(),
  fingerprint: z.string(),
  serial: z.string(),
  notBefore: z.number(),
  notAfter: z.number(),
  subjectSize: z.number(),
})
/** A client certificate that was accepted: re-encoded by us, its identity as etcd will see it. Times in ms since 1970. */
export type Leaf = Readonly<z.infer<typeof leafSchema>>

const asked = {
  application: z.string(),
  protocol: z.enum(['v0', 'v1']),
  /** The requirer's own v1 request, nulls dropped: it must be echoed under `data`. */
  echo: z.record(z.string(), z.unknown()),
  /** Last 20 characters of the URI of the secret that holds the certificate. */
  secret: z.optional(z.string()),
  /** The user name last published to the requirer; absent while it was never answered. */
  answeredAs: z.optional(z.string()),
  /**
   * Its certificate waits until the truststore has room for so many bytes more, or, where `turn` says so, until members restart for
   * renewals again: since when, in ms since 1970.
   */
  waits: z.optional(z.object({ since: z.number(), bytes: z.number(), turn: z.optional(z.boolean()) })),
}

const accepted = z.object({
  ...asked,
  state: z.literal('accepted'),
  prefix: z.string(),
  /** Of a client that an operator made; a requirer can't ask for it. */
  readOnly: z.optional(z.boolean()),
  leaf: leafSchema,
  /** The leaf that `leaf` replaces; trusted until every member serves the new one. */
  retiring: z.optional(leafSchema),
  /** User, role and permission were seen in etcd, and every member trusts the leaf. */
  served: z.boolean(),
  /** It still waited when all was looked at, so its requirer is told. */
  late: z.optional(z.boolean()),
  /** Why what is offered now can't be taken yet, which its requirer is told; until it can, the rest is as it was. */
  pending: z.optional(z.object({ code: z.string(), detail: z.string() })),
  /** Of a client that an operator made: when its certificate was first seen to have ended, in ms since 1970. */
  ended: z.optional(z.number()),
  /**
   * Nobody else's user or role bore the name when etcd was asked: what bears it since is this charm's. Before that etcd hears of no user
   * and no member trusts the leaf.
   */
  ours: z.optional(z.boolean()),
})
const refused = z.object({
  ...asked,
  state: z.literal('refused'),
  code: z.string(),
  detail: z.string(),
  /** The common name that it would have had; when the owner leaves, it is looked at again. */
  wants: z.optional(z.string()),
})
export const statusesSchema = z.array(
  z.object({ code: z.number(), message: z.string(), resolution: z.string() }),
)
export const entrySchema = z.discriminatedUnion('state', [accepted, refused])

export type WaitsForRoom = NonNullable<LedgerEntry['waits']>
export type AcceptedEntry = Readonly<z.infer<typeof accepted>>
export type RefusedEntry = Readonly<z.infer<typeof refused>>
export type LedgerEntry = AcceptedEntry | RefusedEntry

export const absenceSchema = z.object({
  since: z.number(),
  without: z._default(z.boolean(), false),
  answers: z.optional(z.boolean()),
})
/**
 * A unit that holds clients up: its member did not answer when it was looked at, or, where `answers` says so, it answers and the unit
 * has not had it load a client's certificate. `since` then, in ms since 1970. `without`: nobody waits for it any more.
 */
export type Absence = Readonly<z.infer<typeof absenceSchema>>

export const crossModelStates = ['live', 'suspended'] as const
export type CrossModelState = (typeof crossModelStates)[number]

export const suspensionSchema = z.object({ since: z.number(), shown: z.boolean() })
/**
 * Since when a relation is broken that may only be suspended, in ms since 1970; and whether Juju showed then what is granted over it: only
 * then does it mean anything that it shows nothing any more.
 */
export type Suspension = Readonly<z.infer<typeof suspensionSchema>>
export const departureSchema = z.object({
  number: z.number(),
  relation: z.number(),
  prefix: z.string(),
  gathered: z.optional(z.boolean()),
})
/**
 * What its owner had, and the number that units tell once they have let go of the name. `gathered`: it gave the name up by itself while
 * members had just been rolled, so that they need not roll at once to end what is open.
 */
export type Departure = Readonly<z.infer<typeof departureSchema>>
export const namesSchema = z.array(z.string())
