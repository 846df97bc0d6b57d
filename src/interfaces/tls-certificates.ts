// The wire contract of `tls-certificates` v1 as its requirer reads and writes it (facts/certificates.md §1): requests in the unit's
// databag, answers in the provider application's. Each entry is read by itself, so that one that is rubbish spoils no other.

import * as z from 'zod/mini'
import { pemBlocks } from '../tls/pem.ts'
import { parseJsonText, printJsonText } from './json-text.ts'

export interface IssuedEntry {
  readonly request: string
  readonly certificate: string
  readonly ca: string
  readonly chain: readonly string[]
  readonly revoked: boolean
}

export interface RefusedEntry {
  readonly request: string
  readonly code: number
  readonly message: string
}

export interface TlsAnswers {
  readonly issued: readonly IssuedEntry[]
  readonly refused: readonly RefusedEntry[]
  /** As long as nobody says so, an issuer may sign addresses. */
  readonly refusesAddresses: boolean
  /** What is there and can't be read, in words. */
  readonly unreadable: readonly string[]
}

type Databag = Readonly<Record<string, string>>

const list = z.array(z.unknown())
const issuedEntry = z.object({
  certificate: z.string(),
  certificate_signing_request: z.string(),
  ca: z.optional(z.nullable(z.string())),
  chain: z.optional(z.nullable(z.union([z.array(z.string()), z.string()]))),
  revoked: z.optional(z.nullable(z.boolean())),
})
/** The interface's own text and its library spell the request's key differently. */
const refusedEntry = z.object({
  csr: z.optional(z.nullable(z.string())),
  certificate_signing_request: z.optional(z.nullable(z.string())),
  error: z.object({
    code: z.number(),
    name: z.optional(z.nullable(z.string())),
    message: z.optional(z.nullable(z.string())),
  }),
})
const capabilities = z.object({ supports_ip_sans: z.optional(z.nullable(z.boolean())) })

/** Longer than any provider's answers to a thousand units. */
const mostEntries = 4_000

export function parseTlsAnswers(databag: Databag): TlsAnswers {
  const unreadable: string[] = []
  const entries = <Schema extends z.core.$ZodType>(key: string, schema: Schema): z.infer<Schema>[] => {
    const rows = parseJsonText(list, databag[key])
    if (databag[key] && !rows) unreadable.push(key)
    return (rows ?? []).slice(0, mostEntries).flatMap((row) => {
      const parsed = z.safeParse(schema, row)
      if (!parsed.success) unreadable.push(`an entry of ${key}`)
      return parsed.success ? [parsed.data] : []
    })
  }
  const issued = entries('certificates', issuedEntry).map((row) => ({
    request: row.certificate_signing_request,
    certificate: row.certificate,
    ca: row.ca ?? '',
    chain: typeof row.chain === 'string' ? [row.chain] : (row.chain ?? []),
    revoked: row.revoked === true,
  }))
  const refused = entries('request_errors', refusedEntry).flatMap(({ error, ...row }) => {
    const request = row.csr ?? row.certificate_signing_request
    return request ? [{ request, code: error.code, message: error.message ?? error.name ?? '' }] : []
  })
  const told = parseJsonText(capabilities, databag.capabilities)
  const refusesAddresses = told?.supports_ip_sans === false
  return { issued, refused, refusesAddresses, unreadable: [...new Set(unreadable)] }
}

/** Providers spell a request anew: what it says is compared, not its text. */
export function sameRequest(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => pemBlocks(text)[0]?.der)
  return a !== undefined && b !== undefined && a.equals(b)
}

/** The library drops a whole databag of which one entry does not say whether it is for a CA. */
export function printTlsRequests(requests: readonly string[]): Record<string, string | undefined> {
  const rows = requests.map((request) => ({ ca: false, certificate_signing_request: request.trim() }))
  return { certificate_signing_requests: rows.length > 0 ? printJsonText(rows) : undefined }
}

const ownEntry = z.array(z.object({ certificate_signing_request: z.string() }))

/** What this unit has asked for. */
export function parseTlsRequests(databag: Databag): readonly string[] {
  const rows = parseJsonText(ownEntry, databag.certificate_signing_requests) ?? []
  return rows.map((row) => row.certificate_signing_request)
}
