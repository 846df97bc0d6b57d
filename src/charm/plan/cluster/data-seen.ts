// What one hook saw of etcd's data on this unit, and of the storage that it lies on.

import type { RaftPosition } from '../../../etcd/types.ts'

export interface DataSeen {
  readonly storage: StorageSeen
  /** etcd's data is there: it was a member before, of this cluster or of another. */
  readonly data: boolean
  /** Size of the file that etcd's database is in. */
  readonly databaseBytes: number
  /** The founding that the data is known to be of. */
  readonly claim: Claim | undefined
  /** etcd found the data to differ, and was not seen since to start with it. */
  readonly doubt?: Doubt | undefined
  /** How far the data goes, where no etcd runs on it; `unreadable` where its log is damaged. */
  readonly position: RaftPosition | 'unreadable' | undefined
  /** Why etcd, which does not run, says that it can't on this data. */
  readonly damage: string | undefined
}

export type StorageSeen =
  /** `recorded`: as it is noted on the root disk. */
  | { readonly kind: 'here'; readonly record: StorageRecord; readonly recorded: boolean }
  /** It was mounted and is not: what lies in its folder now is not the storage's. */
  | { readonly kind: 'away'; readonly storage: string; readonly folder: string }

export interface StorageRecord {
  readonly unit: string
  /** Juju's id of it. */
  readonly storage: string
  /** What is mounted there; left out for a plain folder, as Juju makes where it can't mount. */
  readonly mount?: string | undefined
}

/** On disk before the alarm that says so is taken back: whatever becomes of the restart, the data is compared before it is trusted again. */
export interface Doubt {
  /** systemd's id of the start that the etcd in question runs since: only a later one compared the data with that of the others. */
  readonly invocation: string
}

/** A unit takes data for its own only under the founding, and the name, that it was written with. */
export interface Claim {
  readonly token: string
  readonly generation: number
  readonly unit: string
}
