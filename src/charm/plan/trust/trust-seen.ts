// What one hook saw of whom this unit's etcd lets in.

import type { Unloadable } from '../../../interfaces/etcd-peers.ts'

export interface TrustSeen {
  /** Certificates that etcd, as it is installed, can't load. */
  readonly unloadable: readonly Unloadable[]
  /** Serials in the revocation list, sorted; `undefined` where there is no list. */
  readonly revoked: readonly string[] | undefined
  /** When that list says it ends, in milliseconds since 1970; not on a record of an older version of the charm. */
  readonly revocationEnds?: number
}

/** This unit's own member runs, is well by its own word, and lets nobody in, by what it trusts. */
export interface LockedOut {
  /** How a handshake ends. */
  readonly words: string
  /** It was found so in this hook before, and what could be done has been done. */
  readonly again: boolean
}
