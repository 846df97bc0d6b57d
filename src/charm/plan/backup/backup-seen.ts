// What one hook saw of backups: the stores that are related, when a backup was last due, and what is on this unit's disk about the work.

import type {
  BackupBegun,
  BackupOutcome,
  BackupProgress,
  StoreSeen,
} from '../../../interfaces/backup-record.ts'

/** When a backup was last to be taken, by the option. */
export type Due =
  | { readonly kind: 'never' }
  /** `earlier`: the runs before `at`, the latest first; some of them, and none where there were none. Milliseconds since 1970. */
  | { readonly kind: 'since'; readonly at: number; readonly earlier: readonly number[] }

export interface StoreAsk {
  readonly relation: number
  readonly wanted: Readonly<Record<string, string>>
  readonly current: Readonly<Record<string, string>>
}

/** The leader's view of Juju; others have none. */
export interface BackupSeen {
  /** `undefined` where this hook had no reason to look: then those on record count. */
  readonly stores: readonly StoreSeen[] | undefined
  readonly asks: readonly StoreAsk[]
  readonly due: Due
  /** This hook is about a store, so what failed may work now. */
  readonly retries: boolean
}

/** What the unit keeps on its disk. */
export interface BackupOnDisk {
  readonly stores: readonly StoreSeen[]
  readonly begun: BackupBegun | undefined
  /** systemd runs the work that was begun. */
  readonly running: boolean
  readonly progress: BackupProgress | undefined
  /** Of the last work that ended. */
  readonly outcome: BackupOutcome | undefined
}

export const nothingOnDisk: BackupOnDisk = {
  stores: [],
  begun: undefined,
  running: false,
  progress: undefined,
  outcome: undefined,
}
