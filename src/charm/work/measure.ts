// What passes through to the store, measured on its way: its size and its SHA-256, how far it is, and whether it goes on at all.

import { createHash } from 'node:crypto'
import type { SnapshotChunk } from '../../etcd/snapshot.ts'
import { type Content, StoreUnavailable } from '../../object-storage/port.ts'

export interface Measured {
  readonly content: Content
  /** Once all of it was read. */
  result(): { readonly size: number; readonly sha256: string }
}

export interface Measuring {
  readonly tell: (bytes: number, total: number) => Promise<void>
  readonly now: () => number
  readonly ends: AbortSignal
}

/** A slower store holds a read of the database open for so long that the file grows by every write meanwhile. */
const slowest = { bytesPerSecond: 1e6, startSeconds: 120 } as const

export function measure(chunks: AsyncIterable<SnapshotChunk>, { tell, now, ends }: Measuring): Measured {
  const hash = createHash('sha256')
  const began = now()
  let size = 0
  const pass = async function* (): Content {
    for await (const { bytes, total } of chunks) {
      ends.throwIfAborted()
      const seconds = (now() - began) / 1000
      if (seconds > slowest.startSeconds + total / slowest.bytesPerSecond) throw isTooSlow(size, seconds)
      hash.update(bytes)
      size += bytes.length
      await tell(size, total)
      yield bytes
    }
  }
  return { content: pass(), result: () => ({ size, sha256: hash.copy().digest('hex') }) }
}

function isTooSlow(size: number, seconds: number): StoreUnavailable {
  const what = `the store took ${(size / 1e6).toFixed(1)} MB in ${Math.round(seconds)} s, which is too slow`
  return new StoreUnavailable(what, { call: 'put', code: 'slow' })
}
