// What one hook saw on this unit of data that was made of a snapshot, and of what such data has taken the place of.

import type { Claim } from '../cluster/data-seen.ts'

export interface RestoreSeen {
  /** Made of a snapshot, whole, and not in force. */
  readonly ready: Ready | undefined
  /** Data that a restore has taken the place of, and that comes back where nobody knows of that restore. */
  readonly replaced: readonly Replaced[]
  /** There are copies of a database that somebody is at work on, or was at work on and died. */
  readonly hasCopies: boolean
}

export interface Ready {
  /** Of the founding that it was made for. */
  readonly token: string
  readonly snapshot: string
}

export interface Replaced {
  readonly folder: string
  readonly claim: Claim
  /** Token of the founding whose data took its place. */
  readonly by?: string | undefined
}
