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
  /** It names no range at all; one that is empty and named is every key. */
  readonly unnamed?: true
  /** Only an operator asks so; the contract has no word for it. */
  readonly readOnly?: boolean
  /** Why this request of a list can't be read; the others can. Nothing else of it counts. */
  readonly malformed?: string
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
  prefix: text,
  'request-id': text,
  salt: text,
  'secret-mtls': text,
  'mtls-cert': text,
})
const v1Requests = z.array(z.unknown())
const textOrNone = z.catch(text, null)
/** What is known by its name of a request that can't be read. */
const namedRequest = z.object({
  resource: textOrNone,
  prefix: textOrNone,
  'request-id': textOrNone,
  salt: textOrNone,
})

/** What one relation may ask for: each request costs a user, a place in the truststore and a look at its certificate. */
export const mostRequests = 100
/** Of `requests` as a whole, and of what must be kept of each to echo it. */
const longestRequests = 1_000_000
const longestRequest = 1_024

/** Reads a requirer's application databag. v0 values are raw text: a prefix `123` or `null` is that very prefix. */
export function parseClientRequests(databag: Readonly<Record<string, string>>): ClientRequests {
  const version = databag.version
  // The library takes a version that is not there for v0, and v0 for itself.
  if (version === undefined || version === '' || version === 'v0') return parseV0(databag)
  if (version === 'v1') return parseV1(databag)
  return {
    kind: 'malformed',
    protocol: 'v1',
    detail: 'its protocol version is neither v0 nor v1 nor absent',
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
  if (new Set(requests.map(({ request }) => request)).size !== requests.length)
    return malformed('two requests share one id')
  const excess = rows.length - requests.length
  return { kind: 'requests', protocol: 'v1', requests, ...(excess > 0 && { excess }) }
}

/** In ASCII; the prefix, which may be in any script, by the bytes that were sent. Printing what is nested thousands deep overflows the stack. */
function fits({ resource = '', prefix = '', ...others }: ClientRequest['echo']): boolean {
  const bytes = (value: unknown): number => (typeof value === 'string' ? Buffer.byteLength(value) : 0)
  try {
    const named = { ...others, resource: '', prefix: '' }
    return printJsonText(named).length + bytes(resource) + bytes(prefix) <= longestRequest
  } catch {
    return false
  }
}

function parseV1Request(row: unknown, at: number): ClientRequest {
  const read = v1Request.safeParse(row)
  if (!read.success) return malformedRequest(row, at, 'a request is no object, or what it says is no text')
  const { salt, 'secret-mtls': secret, 'mtls-cert': certificate } = read.data
  // The library takes either name.
  const resource = read.data.resource ?? read.data.prefix
  // The library leaves the id null for a request that charm code added later; it is what the hash would have been.
  const request = read.data['request-id'] || computeRequestId(resource ?? '', salt ?? '')
  if (!isRequestId(request))
    return malformedRequest(row, at, 'a request-id is not 1 to 64 letters, digits, dashes or _')
  const kept = Object.entries({ ...read.data, 'request-id': request }).filter(
    ([name, value]) => value !== null && value !== undefined && name !== 'mtls-cert',
  )
  const echo = Object.fromEntries(kept)
  if (!fits(echo)) return malformedRequest(row, at, `a request is longer than ${longestRequest} or too deep`)
  return {
    request,
    prefix: resource ?? '',
    ...(typeof resource !== 'string' && { unnamed: true }),
    ...(secret && { secret }),
    ...(certificate && { certificate }),
    echo,
  }
}

/** By its own id, so that it is told from the others, or by its place in the list where it has none. */
function malformedRequest(row: unknown, at: number, malformed: string): ClientRequest {
  const { resource, prefix, salt, 'request-id': named } = namedRequest.safeParse(row).data ?? {}
  const range = resource ?? prefix
  const id = named || (typeof range === 'string' && computeRequestId(range, salt ?? ''))
  const request = id && isRequestId(id) ? id : `row-${at + 1}`
  const echo = { ...(resource && { resource }), ...(salt && { salt }), 'request-id': request }
  return { request, prefix: '', echo: fits(echo) ? echo : { 'request-id': request }, malformed }
}

function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text)
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
