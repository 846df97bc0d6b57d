// The wire contract of `etcd_client` as this provider writes it, flat for a v0 requirer and per request for v1.
// What a v1 requirer needs so that its hooks do not fail: `version: v1`, and a `data` that holds every response's id.

import type { Protocol } from './etcd-client.ts'
import { printJsonText } from './json-text.ts'

/** What a requirer is told of one request: 4xxx may pass by itself, 5xxx needs the requirer's author or operator. */
export interface RequestStatus {
  readonly code: number
  readonly message: string
  readonly resolution: string
}

export interface ResponseParts {
  readonly request: string
  readonly echo: Readonly<Record<string, unknown>>
  readonly secretUser: string
  readonly secretTls: string
}

export interface AnswerParts {
  readonly protocol: Protocol
  /** `host:port` of each member that serves, sorted, comma-separated. */
  readonly endpoints: string
  /** etcd's version, without a leading v. */
  readonly version: string
  readonly responses: readonly ResponseParts[]
  readonly statuses: readonly RequestStatus[]
  /** Those that the requirer was told before and has had time to see. */
  readonly noted: readonly RequestStatus[]
}

/** Secret `secret-user`: no password, the certificate is the identity. */
export function userSecret(username: string, endpoints: readonly string[]): Readonly<Record<string, string>> {
  return { username, uris: endpoints.map((endpoint) => `https://${endpoint}`).join(',') }
}

/** Secret `secret-tls`: the v0 library compares with `True`, the v1 libraries parse JSON. */
export function tlsSecret(protocol: Protocol, authority: string): Readonly<Record<string, string>> {
  return { tls: protocol === 'v0' ? 'True' : 'true', 'tls-ca': authority }
}

/**
 * Prints the application databag for one relation. Keys that are absent in the result but written earlier in the other
 * protocol's shape come back as `undefined`, to be deleted: a flat etcd version would crash a v1 requirer.
 */
export function printAnswer(answer: AnswerParts): Record<string, string | undefined> {
  // A hundred requests that lack the same thing are told so once.
  const statuses = new Map(answer.statuses.map((row) => [printJsonText(row), row])).values()
  const status = printJsonText([...statuses].sort((a, b) => a.code - b.code))
  return answer.protocol === 'v0' ? printV0(answer, status) : printV1(answer, status)
}

function printV0(answer: AnswerParts, status: string): Record<string, string | undefined> {
  // Without a response nothing of an earlier one may stay: the secrets that it names are removed some day.
  const response = answer.responses[0]
  return {
    endpoints: response && answer.endpoints,
    version: response && answer.version,
    'secret-user': response?.secretUser,
    'secret-tls': response?.secretTls,
    requests: undefined,
    data: undefined,
    status,
  }
}

/** The library takes `data.status` for what was told before, and compares: what is new it raises, what is gone it resolves. */
function printV1(answer: AnswerParts, status: string): Record<string, string | undefined> {
  const noted = Object.fromEntries(answer.noted.map((row) => [String(row.code), row]))
  const data = Object.fromEntries(answer.responses.map((response) => [response.request, response.echo]))
  const requests = answer.responses.map((response) => ({
    ...pick(response.echo, ['resource', 'salt']),
    'request-id': response.request,
    endpoints: answer.endpoints,
    version: answer.version,
    'secret-user': response.secretUser,
    'secret-tls': response.secretTls,
  }))
  return {
    version: 'v1',
    requests: requests.length > 0 ? printJsonText(requests) : undefined,
    data:
      requests.length > 0
        ? printJsonText({ ...data, ...(answer.noted.length > 0 && { status: noted }) })
        : undefined,
    endpoints: undefined,
    'secret-user': undefined,
    'secret-tls': undefined,
    status,
  }
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
