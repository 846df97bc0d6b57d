// What may be done about backups. The work itself is done by a process of its own; a hook begins it, and notes how it ended where it could
// not do so itself.

import type { StoreSeen } from '../../../interfaces/backup-record.ts'

export type BackupStep =
  | { readonly kind: 'stores/record'; readonly stores: readonly StoreSeen[] }
  /** `since`: the time at which it was due, so that one that was taken since is enough. */
  | { readonly kind: 'backup/begin'; readonly since: number }
  /** What was begun runs no more, and has said nothing. */
  | { readonly kind: 'backup/note-loss'; readonly token: string }

export interface BackupWrite {
  readonly kind: 'store/ask'
  readonly relation: number
  readonly wanted: Readonly<Record<string, string>>
  readonly current: Readonly<Record<string, string>>
}
