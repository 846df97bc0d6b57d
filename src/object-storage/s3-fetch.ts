// The library for S3 sends by the process's own `fetch`, has no way to end a request, and reads what an error says however long it is. So
// `fetch` is one that knows the deadline of the request that it is called for. It is so all over this process, which serves one store.

import { AsyncLocalStorage } from 'node:async_hooks'
import { textOfError } from './bodies.ts'

const deadline = new AsyncLocalStorage<AbortSignal>()
const plainFetch = globalThis.fetch

export function boundFetch(): void {
  globalThis.fetch = fetchWithin
}

/** What is sent by `request` ends when `signal` says so. */
export function within<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  return deadline.run(signal, request)
}

const fetchWithin: typeof fetch = async (input, init) => {
  const signal = deadline.getStore()
  if (!signal) return plainFetch(input, init)
  const response = await plainFetch(input, { ...init, signal })
  if (response.ok) return response
  const { status, statusText, headers } = response
  const text = await textOfError(response)
  // Some of these statuses go with no body at all, and an empty one would be one.
  return new Response(text === '' ? null : text, { status, statusText, headers })
}
