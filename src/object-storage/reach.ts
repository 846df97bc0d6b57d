// The way to a store: a deadline for each request, another try where the failure passes, and the failures of the network in our words.

import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { StoreFailure, StoreRefused, StoreUnavailable, StoreUntrusted } from './port.ts'

export interface Reach {
  /** What is asked, for errors: `put demo/…/snapshot.db`. */
  readonly call: string
  readonly deadlineMs?: number
  /** The process is to end: what is under way ends at once, and what is begun from then on takes back what it leaves behind. */
  readonly ends?: AbortSignal | undefined
  /** What a failure that the network does not explain means to this store; `undefined` where it does not know either. */
  readonly explain?: (error: unknown, call: string) => StoreFailure | undefined
}

/** A part of 5 MiB at a slow 1 Mbit/s takes three quarters of a minute; what carries nothing is waited for less, since an action may ask it. */
const patience = { put: 90_000, other: 15_000 } as const

const passing = retry(
  handleWhen((error) => error instanceof StoreUnavailable),
  {
    maxAttempts: 3,
    backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 5000 }),
  },
)

/** One request that may be repeated: all of the five verbs are. */
export function reach<T>(request: (signal: AbortSignal) => Promise<T>, options: Reach): Promise<T> {
  const asked = options.ends?.aborted ? { ...options, ends: undefined } : options
  return passing.execute(() => once(request, asked))
}

async function once<T>(request: (signal: AbortSignal) => Promise<T>, options: Reach): Promise<T> {
  const { call, explain, ends } = options
  ends?.throwIfAborted()
  const deadlineMs = options.deadlineMs ?? (call.startsWith('put ') ? patience.put : patience.other)
  const deadline = AbortSignal.timeout(deadlineMs)
  // One of its own: a content that is read after its request has been answered has no deadline.
  const ending = new AbortController()
  const late = Promise.withResolvers<never>()
  const end = (): void => {
    const words = `no answer within ${deadlineMs / 1000} s`
    const failure = ends?.aborted ? ends.reason : new StoreUnavailable(words, { call, code: 'timeout' })
    late.reject(failure)
    ending.abort(failure)
  }
  deadline.addEventListener('abort', end, { once: true })
  ends?.addEventListener('abort', end, { once: true })
  try {
    // Not every request heeds the signal, so it is raced, too.
    return await Promise.race([request(ending.signal), late.promise])
  } catch (error) {
    ends?.throwIfAborted()
    throw explainFailure(error, call, explain)
  } finally {
    deadline.removeEventListener('abort', end)
    ends?.removeEventListener('abort', end)
  }
}

/** What the network says; `explain` is asked first, for the store's own errors. */
export function explainFailure(error: unknown, call: string, explain?: Reach['explain']): StoreFailure {
  if (error instanceof StoreFailure) return error
  const known = explain?.(error, call)
  if (known) return known
  const { code, message } = rootOf(error)
  const told = { call, code, cause: error }
  if (isTrustFailure(code)) return new StoreUntrusted(message, told)
  if (isNetworkFailure(code, error)) return new StoreUnavailable(message, told)
  if (error instanceof TypeError) return new StoreRefused(noRequest, { call, code })
  return new StoreRefused(message, told)
}

/** For what fetch throws before it sends anything: its own words quote the address or the header that it blames, with the keys in it. */
const noRequest = 'no request can be made of the address and the keys; correct what the provider was given'

/** fetch wraps what happened, once or twice; of several addresses the first tells enough. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) }
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return rootOf(error.errors[0])
  if (error.cause instanceof Error) return rootOf(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, message: error.message }
}

function isTrustFailure(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|SELF_SIGNED|HOSTNAME_MISMATCH|UNTRUSTED/.test(code)
}

const passes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'AbortError',
  'TimeoutError',
])

function isNetworkFailure(code: string, error: unknown): boolean {
  const ours = error instanceof TypeError && error.message === 'fetch failed'
  return passes.has(code) || code.startsWith('UND_ERR_') || ours
}
