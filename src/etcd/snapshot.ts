// A snapshot of one member's database, as it streams it: the file, and behind it the file's SHA-256. etcd holds a read of its database open
// until the stream has ended, so nobody reads it slower than need be.

import { createHash } from 'node:crypto'
import type { EtcdClient } from './client.ts'
import { EtcdBug, EtcdTimeout } from './errors.ts'
import { explainFailure } from './explain-failure.ts'

export interface SnapshotChunk {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the whole file, this chunk among them. */
  readonly total: number
}

/** Between two messages; a stream has no deadline of its own. */
const silenceMs = 60_000
/** Behind the file, as the member reckoned it; what it says remains is without it. */
const hashLength = 32

/** @throws {EtcdBug} at the end, where what came is not what the member sent */
export async function* snapshot(client: EtcdClient, endpoint: string): AsyncGenerator<SnapshotChunk> {
  const told = { call: 'snapshot', endpoint }
  const stream = await client.askAt(endpoint, told.call, ({ maintenance }) => maintenance.snapshot())
  if (!isReadable(stream)) throw new EtcdBug('its stream can not be read', told)
  const check = openCheck()
  let received = 0
  let total: number | undefined
  try {
    for await (const message of unlessSilent(stream, told)) {
      const { blob, remaining } = readMessage(message)
      received += blob.length
      total ??= blob.length + remaining + hashLength
      check.add(blob)
      yield { bytes: blob, total }
    }
  } catch (error) {
    throw explainFailure(error, told, await import('etcd3'))
  } finally {
    stream.cancel()
  }
  if (received === 0 || received !== total)
    throw new EtcdBug(`the stream ended after ${received} of ${total ?? 0} bytes`, told)
  if (!check.holds()) throw new EtcdBug("what came is not what etcd's own hash behind it says", told)
}

/** The hash is of all but the last bytes, and which are the last shows at the end only. */
function openCheck(): { add(bytes: Uint8Array): void; holds(): boolean } {
  const hash = createHash('sha256')
  let tail = Buffer.alloc(0)
  return {
    add(bytes) {
      if (bytes.length < hashLength) {
        const all = Buffer.concat([tail, bytes])
        const until = Math.max(0, all.length - hashLength)
        hash.update(all.subarray(0, until))
        tail = Buffer.from(all.subarray(until))
        return
      }
      hash.update(tail)
      hash.update(bytes.subarray(0, bytes.length - hashLength))
      tail = Buffer.from(bytes.subarray(bytes.length - hashLength))
    },
    holds: () => hash.digest().equals(tail),
  }
}

/** What etcd3 calls a stream of responses is one of grpc-js, which can be read as it comes. */
interface Stream extends AsyncIterable<unknown> {
  cancel(): void
}

function isReadable(stream: object): stream is Stream {
  return Symbol.asyncIterator in stream && 'cancel' in stream
}

interface Told {
  readonly call: string
  readonly endpoint: string
}

async function* unlessSilent(stream: Stream, told: Told): AsyncGenerator<unknown> {
  const messages = stream[Symbol.asyncIterator]()
  for (;;) {
    const silence = Promise.withResolvers<never>()
    const timer = setTimeout(() => silence.reject(new EtcdTimeout('it fell silent', told)), silenceMs)
    try {
      const next = await Promise.race([messages.next(), silence.promise])
      if (next.done) return
      yield next.value
    } finally {
      clearTimeout(timer)
    }
  }
}

function readMessage(message: unknown): { readonly blob: Buffer<ArrayBuffer>; readonly remaining: number } {
  if (typeof message !== 'object' || message === null) return { blob: Buffer.alloc(0), remaining: 0 }
  const blob: unknown = Reflect.get(message, 'blob')
  const remaining: unknown = Reflect.get(message, 'remaining_bytes')
  return {
    // A view of a buffer that grpc-js gives away: copied by whoever keeps it.
    blob: blob instanceof Uint8Array ? Buffer.from(blob) : Buffer.alloc(0),
    remaining: Number(remaining ?? 0),
  }
}
