// A stream cut into parts of one size: what a store takes of a large object at a time, and what stays in memory.

import type { Content } from './port.ts'

/** Ten thousand of them, the most that S3 takes of one object, are 84 GB: ten times what etcd can hold. */
export const partSize = 8 * 1024 * 1024

/** Each of `size` bytes but the last; nothing for an empty stream. A part is the caller's own. */
export async function* cutIntoParts(
  content: Content,
  size: number = partSize,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let part = new Uint8Array(size)
  let filled = 0
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - at)
      part.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < size) continue
      yield part
      part = new Uint8Array(size)
      filled = 0
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}

/**
 * Hands each on as it comes, at most `most` at a time, and ends when all are done. The first failure ends it, the others that are under way
 * having been waited for.
 */
export async function eachOf<T>(
  items: AsyncIterable<T>,
  most: number,
  handle: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  let failed: { readonly error: unknown } | undefined
  const note = (error: unknown): void => {
    failed ??= { error }
  }
  try {
    for await (const item of items) {
      if (failed) break
      const one = handle(item)
        .catch(note)
        .finally(() => underWay.delete(one))
      underWay.add(one)
      if (underWay.size >= most) await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (failed) throw failed.error
}
