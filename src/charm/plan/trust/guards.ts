// The rules that keep the truststore below the size at which etcd refuses everybody.

import { type AcceptedEntry, type Ledger, ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'
import type { Guard } from '../guard.ts'
import { entryBytes, measureBundle, mostBytes, mostBytesForNewcomers, shareOfOne } from './room.ts'

/** An entry as it would be in the ledger. */
export interface Claim {
  readonly key: RequestKey
  readonly entry: AcceptedEntry
  readonly ledger: Ledger
  /** Bytes of the authorities that are in the truststore beside the leaves. */
  readonly authorities: number
}

export const truststoreFits: Guard<[claim: Claim]> = {
  name: 'truststore-fits',
  because: 'past 64 KiB of subject names every TLS handshake with etcd fails, for everybody',
  holds: (claim) => {
    const most = claim.entry.retiring ? mostBytes : mostBytesForNewcomers
    return claim.authorities + entryBytes(claim.entry) + others(claim, () => true) <= most
  },
}

/** So a requirer that asks without measure fills its own share, and no other client's place. A renewal is no more than it has. */
export const relationLeavesRoom: Guard<[claim: Claim]> = {
  name: 'one-relation-leaves-room',
  because: 'the truststore is for all clients; one relation may fill a quarter of it',
  holds: (claim) => {
    const bytes = entryBytes(claim.entry) + others(claim, ({ relation }) => relation === claim.key.relation)
    return claim.entry.retiring !== undefined || bytes <= shareOfOne
  },
}

export const authoritiesLeaveRoom: Guard<[operators: number, rest: number]> = {
  name: 'authorities-leave-room',
  because: 'the truststore is for all clients; the authorities of client-cas may fill a quarter of it',
  holds: (operators, rest) => operators <= shareOfOne && operators + rest <= mostBytesForNewcomers,
}

/** Whatever led to it: what is too large is written nowhere, and what was written before stays in force. */
export const bundleFits: Guard<[bundle: string]> = {
  name: 'bundle-fits',
  because: 'a truststore past 64 KiB of subject names lets nobody in, not even the administrator',
  holds: (bundle) => measureBundle(bundle) <= mostBytes,
}

function others({ key, ledger }: Claim, counts: (key: RequestKey) => boolean): number {
  let bytes = 0
  for (const [name, { key: other, entry }] of ledger.entries)
    if (name !== ledgerKey(key) && counts(other)) bytes += entryBytes(entry)
  return bytes
}
