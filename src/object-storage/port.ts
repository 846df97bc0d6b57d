// A store of objects, whichever it is: five verbs, and what can go wrong by what the caller does about it. Keys are those of the bucket or
// container, a path of the operator's in front of them included.

export interface StoredObject {
  readonly key: string
  readonly size: number
  /** Milliseconds since 1970, by the store's clock. */
  readonly modified: number
  /** Another one for another content; empty where the store says none. */
  readonly etag: string
}

export interface Listing {
  /** Sorted by key. */
  readonly objects: readonly StoredObject[]
  /** With a delimiter: what begins alike up to it, each once, the delimiter at its end. Sorted. */
  readonly prefixes: readonly string[]
}

export type Content = AsyncIterable<Uint8Array<ArrayBuffer>>

export interface ObjectStore {
  /** Whole or not at all: whoever reads the key meanwhile finds what was there before. A content that fails leaves nothing behind. */
  put(key: string, content: Content): Promise<void>
  /**
   * Begins to read; what fails later fails the stream.
   *
   * @param size bytes that are expected of it: more than that fail the stream. Where it is left out, it is a short text: read within the
   * deadline of the request, and cut behind 128 KiB
   * @throws {ObjectMissing}
   */
  get(key: string, size?: number): Promise<Content>
  /** All of it, however many pages the store makes of it. */
  list(prefix: string, options?: { readonly delimiter?: '/' }): Promise<Listing>
  /** `undefined` where there is no such object. */
  head(key: string): Promise<StoredObject | undefined>
  /** One that is not there is as good as deleted. @throws {ObjectLocked} */
  delete(key: string): Promise<void>
}

interface Told {
  /** What was asked: `put demo/2026…/snapshot.db`. */
  readonly call: string
  /** The store's name for it, as `NoSuchBucket` or `ECONNREFUSED`. */
  readonly code: string
  readonly cause?: unknown
}

/** Any failure of a store or of the way to it; never thrown itself. Its words hold no credential. */
export class StoreFailure extends Error {
  /** In the store's own words. */
  readonly what: string
  readonly call: string
  readonly code: string
  constructor(what: string, { call, code, cause }: Told) {
    super(`${call}: ${what}${what.includes(code) ? '' : ` (${code})`}`, { cause })
    this.name = new.target.name
    this.what = what
    this.call = call
    this.code = code
  }
}

/** Nobody there, too slow, or too busy: ask again later. */
export class StoreUnavailable extends StoreFailure {}

/** Its certificate is not trusted: a human gives the authority, or mends the server. */
export class StoreUntrusted extends StoreFailure {}

/** The credentials are wrong, or may not do this. */
export class StoreDenied extends StoreFailure {}

/** There is no such bucket or container, and it could not be made. */
export class BucketMissing extends StoreFailure {}

/** No room, or over a quota. */
export class StoreFull extends StoreFailure {}

export class ObjectMissing extends StoreFailure {}

/** What was asked for; `undefined` where there is no such object. */
export async function unlessMissing<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ObjectMissing) return undefined
    throw error
  }
}

/** Retention or a legal hold keeps it. */
export class ObjectLocked extends StoreFailure {}

/** Nothing that waiting would mend: the store was asked something that it does not do, or its answer can't be read. */
export class StoreRefused extends StoreFailure {}
