// What stores answer where they do not do what they are asked, sorted by what the caller can do about it.

import { textOfError } from './bodies.ts'
import {
  BucketMissing,
  ObjectLocked,
  ObjectMissing,
  StoreDenied,
  type StoreFailure,
  StoreFull,
  StoreRefused,
  StoreUnavailable,
} from './port.ts'

export interface Answer {
  readonly statusCode: number
  /** As each store names it. */
  readonly code: string
  readonly message: string
}

const noBucket = /^(NoSuchBucket|ContainerNotFound)$/
const noObject = /^(NoSuchKey|BlobNotFound)$/
const full = /quota|StorageFull|EntityTooLarge|InsufficientStorage/i
const held = /lock|retention|WORM|immutable|legal.?hold|active hold/i

export function explainAnswer(answer: Answer, call: string): StoreFailure {
  const { code, statusCode, message } = answer
  const told = { call, code, cause: answer }
  if (call.startsWith('delete') && held.test(`${code} ${message}`)) return new ObjectLocked(message, told)
  if (noBucket.test(code)) return new BucketMissing(message, told)
  if (noObject.test(code)) return new ObjectMissing(message, told)
  if (full.test(code) || statusCode === 507 || statusCode === 413) return new StoreFull(message, told)
  if (statusCode >= 500 || statusCode === 429 || statusCode === 408 || /SlowDown|Timeout/.test(code))
    return new StoreUnavailable(message, told)
  if (statusCode === 401 || statusCode === 403) return new StoreDenied(message, told)
  if (statusCode === 404 && /bucket/i.test(message)) return new BucketMissing(message, told)
  if (statusCode === 404) return new ObjectMissing(message, told)
  return new StoreRefused(message, told)
}

export interface Sending {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer> | string
  readonly signal: AbortSignal
}

/** @throws {StoreFailure} unless it went well, or as one of `expected` */
export async function send(
  url: string,
  { method, headers = {}, body, signal }: Sending,
  call: string,
  expected: readonly number[] = [],
): Promise<Response> {
  const request = {
    method,
    headers: { ...headers },
    signal,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  } as const
  const response = await fetch(url, request)
  if (response.ok || expected.includes(response.status)) return response
  const text = await textOfError(response)
  const named = response.headers.get('x-ms-error-code')
  throw explainAnswer({ statusCode: response.status, ...readError(text, response, named) }, call)
}

/** XML of Azure, JSON of Google, or a page of whatever stands between. */
function readError(text: string, response: Response, named: string | null): Omit<Answer, 'statusCode'> {
  const code = named ?? /<Code>([^<]+)/.exec(text)?.[1] ?? /"reason": ?"([^"]+)"/.exec(text)?.[1]
  const message = /<Message>([^<\n]+)/.exec(text)?.[1] ?? /"message": ?"([^"]+)"/.exec(text)?.[1]
  const status = `${response.status} ${response.statusText}`.trim()
  return { code: code ?? String(response.status), message: message ?? (text.slice(0, 100).trim() || status) }
}
