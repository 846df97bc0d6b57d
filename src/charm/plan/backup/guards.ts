// The rules that no plan about backups may break, by name.

import type { StoreSeen } from '../../../interfaces/backup-record.ts'
import type { MemberSeen } from '../../observed.ts'
import type { Guard } from '../guard.ts'
import type { BackupOnDisk } from './backup-seen.ts'

export const oneStoreAtATime: Guard<[stores: readonly StoreSeen[]]> = {
  name: 'one-store-at-a-time',
  because: 'with two nobody could say which one has the backups',
  holds: (stores) => stores.length === 1,
}

export const storeIsReady: Guard<[stores: readonly StoreSeen[]]> = {
  name: 'store-is-ready',
  because: 'without its keys and a bucket nothing can be put there',
  holds: (stores) => stores.every(({ state }) => state === 'ready'),
}

export const oneBackupAtATime: Guard<[work: BackupOnDisk]> = {
  name: 'one-backup-at-a-time',
  because: 'two would read the whole database at once, and each makes the other slower',
  holds: ({ running }) => !running,
}

/** Where the leader's index is not known, nobody lags behind it. */
const lag = { share: 100n, entries: 1000n } as const

export const memberHasCaughtUp: Guard<[member: MemberSeen, leaderIndex: bigint]> = {
  name: 'member-has-caught-up',
  because: 'what a member has not applied yet would be missing in its snapshot',
  holds: ({ status }, leaderIndex) => {
    const behind = leaderIndex - (status?.raftIndex ?? 0n)
    return status !== undefined && (behind <= lag.entries || behind <= leaderIndex / lag.share)
  },
}
