// A stream cut into parts of one size: what a store takes of a large object at a time, and what stays in memory.

import type { Content } from './port.ts'

/** The least that S3 takes. Ten thousand of them, the most that it takes of one object, are 52 GB: several times what etcd can hold. */
export const partSize = 5 * 1024 * 1024

const sweptEvery = 1024 * 1024

type Parts = AsyncGenerator<Uint8Array<ArrayBuffer>>

/** What fits into one part goes in one request, an empty content too, since S3 has no empty upload in parts; otherwise the first part is sent before the rest. */
export async function sendByParts(
  content: Content,
  send: {
    readonly whole: (payload: Uint8Array<ArrayBuffer>) => Promise<void>
    readonly inParts: (first: Uint8Array<ArrayBuffer>, rest: Parts) => Promise<void>
  },
): Promise<void> {
  const parts = cutIntoParts(content)
  const first = (await parts.next()).value ?? new Uint8Array()
  try {
    await (first.length < partSize ? send.whole(first) : send.inParts(first, parts))
  } finally {
    await parts.return(undefined)
  }
}

/** Each of `size` bytes but the last; nothing for an empty stream. One is good until the next is asked for: all are in the same memory. */
export async function* cutIntoParts(
  content: Content,
  size: number = partSize,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const part = new Uint8Array(size)
  let filled = 0
  let received = 0
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - at)
      part.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < size) continue
      yield part
      // What sending made of it is not of V8's own heap, which so sees no reason to look for it: where it may be told to, it is (--expose-gc).
      globalThis.gc?.()
      received = 0
      filled = 0
    }
    received += chunk.length
    if (received < sweptEvery) continue
    received = 0
    // The same of what receiving made: it is young, so this is soon done.
    await globalThis.gc?.({ type: 'minor' })
  }
  if (filled > 0) yield part.subarray(0, filled)
}
