// The wire contract of `etcd_client` as requirers write it: v0 (one request, flat keys) and v1 (`requests`).
// Pure: what a remote application sent is parsed into requests or into a problem with words for its author, never thrown.

import { isOperators } from './operator-client.ts'
import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import { parseJsonText, printJsonText } from './json-text.ts'
import type { RequestKey } from './ledger-rows.ts'

export type Protocol = 'v0' | 'v1'

/** One user that a requirer asks for. */
export interface ClientRequest {
  /** Empty in v0. */
  readonly request: string
  /** The range of keys as the requirer wrote it; empty where it wrote none. */
  readonly prefix: string
  /** URI of the secret with the client certificate, in any of Juju's four forms. */
  readonly secret?: string
  /** The certificate itself, where the requirer could not share a secret. */
  readonly certificate?: string
  /** What a v1 requirer must find under `data`. */
  readonly echo: Readonly<Record<string, unknown>>
  /** Only an operator asks so; the contract has no word for it. */
  readonly readOnly?: boolean
}

export type ClientRequests =
  | { readonly kind: 'none'; readonly protocol: Protocol }
  | {
      readonly kind: 'requests'
      readonly protocol: Protocol
      readonly requests: readonly ClientRequest[]
      /** How many more there are than one relation may ask for; nobody looks at them. */
      readonly excess?: number
    }
  | { readonly kind: 'malformed'; readonly protocol: Protocol; readonly detail: string }

const text = z.optional(z.nullable(z.string()))
const v1Request = z.looseObject({
  resource: text,
  'request-id': text,
  salt: text,
  'secret-mtls': text,
  'mtls-cert': text,
})
const v1Requests = z.array(v1Request)

/** What one relation may ask for: each request costs a user, a place in the truststore and a look at its certificate. */
export const mostRequests = 100
/** Of `requests` as a whole, and of what must be kept of each to echo it. */
const longestRequests = 1_000_000
const longestRequest = 1_024

/** Reads a requirer's application databag. v0 values are raw text: a prefix `123` or `null` is that very prefix. */
export function parseClientRequests(databag: Readonly<Record<string, string>>): ClientRequests {
  const version = databag.version
  if (version === undefined || version === '') return parseV0(databag)
  if (version === 'v1') return parseV1(databag)
  return {
    kind: 'malformed',
    protocol: 'v1',
    detail: 'its protocol version is neither v1 nor absent',
  }
}

function parseV0(databag: Readonly<Record<string, string>>): ClientRequests {
  const { prefix, 'secret-mtls': secret, 'mtls-cert': certificate } = databag
  const asked = [prefix, secret, certificate, databag['requested-secrets']].some((value) => value)
  if (!asked) return { kind: 'none', protocol: 'v0' }
  const request: ClientRequest = {
    request: '',
    prefix: prefix ?? '',
    ...(secret && { secret }),
    ...(certificate && { certificate }),
    echo: {},
  }
  return { kind: 'requests', protocol: 'v0', requests: [request] }
}

function parseV1(databag: Readonly<Record<string, string>>): ClientRequests {
  if (!databag.requests) return { kind: 'none', protocol: 'v1' }
  const malformed = (detail: string): ClientRequests => ({ kind: 'malformed', protocol: 'v1', detail })
  if (databag.requests.length > longestRequests)
    return malformed(`\`requests\` is longer than ${longestRequests}`)
  const rows = parseJsonText(v1Requests, databag.requests)
  if (!rows) return malformed('`requests` is no JSON list of requests')
  if (rows.length === 0) return { kind: 'none', protocol: 'v1' }
  const requests = rows.slice(0, mostRequests).map(parseV1Request)
  if (requests.some(({ request }) => !/^[A-Za-z0-9_-]{1,64}$/.test(request)))
    return malformed('a request-id is not 1 to 64 letters, digits, dashes or _')
  if (new Set(requests.map(({ request }) => request)).size !== requests.length)
    return malformed('two requests share one id')
  if (requests.some(({ echo }) => !fits(echo)))
    return malformed(`a request is longer than ${longestRequest} or too deep`)
  const excess = rows.length - requests.length
  return { kind: 'requests', protocol: 'v1', requests, ...(excess > 0 && { excess }) }
}

/** Printing what is nested thousands deep overflows the stack. */
function fits(echo: ClientRequest['echo']): boolean {
  try {
    return printJsonText(echo).length <= longestRequest
  } catch {
    return false
  }
}

function parseV1Request(row: z.infer<typeof v1Request>): ClientRequest {
  const { resource, salt, 'secret-mtls': secret, 'mtls-cert': certificate } = row
  // The library leaves the id null for a request that charm code added later; it is what the hash would have been.
  const request = row['request-id'] || computeRequestId(resource ?? '', salt ?? '')
  const kept = Object.entries({ ...row, 'request-id': request }).filter(
    ([name, value]) => value !== null && value !== undefined && name !== 'mtls-cert',
  )
  return {
    request,
    prefix: resource ?? '',
    ...(secret && { secret }),
    ...(certificate && { certificate }),
    echo: Object.fromEntries(kept),
  }
}

/** A v1 request's id: the first 16 hexadecimal digits of SHA-256 of `<resource>:<salt>`. */
export function computeRequestId(resource: string, salt: string): string {
  return createHash('sha256').update(`${resource}:${salt}`).digest('hex').slice(0, 16)
}

/** In a request's place: those that a relation asks for beyond what it may. No request has this id. */
export const theOthers = '+'

/** How people are told which request is meant: `relation 5` or `relation 5 request a7363d36`. */
export function nameRequest(key: RequestKey): string {
  if (isOperators(key)) return 'client credentials'
  return key.request === '' || key.request === theOthers
    ? `relation ${key.relation}`
    : `relation ${key.relation} request ${key.request.slice(0, 8)}`
}
