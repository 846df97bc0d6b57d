// How much of the truststore is taken. etcd sends the subjects of all that it trusts in every handshake, and past 64 KiB of them every
// handshake fails, the administrator's too: so all that comes into the truststore is counted here, whosever it is, before it is written.

import { splitBundle } from '../../../interfaces/authorities-digest.ts'
import {
  type ByPurpose,
  type ClientCas,
  clientCasOf,
  type PeerApplication,
} from '../../../interfaces/etcd-peers.ts'
import type { AcceptedEntry, Leaf, Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import { pemBlocks } from '../../../tls/pem.ts'
import { subjectSize } from '../../../tls/subject-size.ts'

/** Tried with etcd 3.5.30 and 3.6.16: 64,790 bytes pass, 65,802 don't. */
export const mostBytes = 64_000
/** Who comes anew leaves some, so that those who are in can always renew, and the charm its own authorities. */
export const mostBytesForNewcomers = 60_000
/** One relation fills its own share, and no other's place; so do the authorities of `client-cas` together. */
export const shareOfOne = mostBytesForNewcomers / 4

/** What a text of certificates takes: the very one that etcd is to load, and it loads each block, whatever its label. */
export function measureBundle(bundle: string): number {
  return pemBlocks(bundle)
    .map(({ der }) => sizeOf(subjectOf(der)))
    .reduce((sum, size) => sum + size, 0)
}

/** One that can't be read is counted whole. */
function subjectOf(der: Buffer): number {
  try {
    return subjectSize(der)
  } catch {
    return der.length
  }
}

/** Each subject is sent with its length before it. */
function sizeOf(subject: number): number {
  return subject + 2
}

export function leafBytes({ subjectSize: subject }: Pick<Leaf, 'subjectSize'>): number {
  return sizeOf(subject)
}

/** While a certificate is being replaced both are trusted. */
export function entryBytes(entry: LedgerEntry | undefined): number {
  if (entry?.state !== 'accepted') return 0
  return leafBytes(entry.leaf) + (entry.retiring ? leafBytes(entry.retiring) : 0)
}

export function leavesBytes({ entries }: Pick<Ledger, 'entries'>): number {
  let bytes = 0
  for (const { entry } of entries.values()) bytes += entryBytes(entry)
  return bytes
}

export function isRenewing(entry: LedgerEntry): entry is AcceptedEntry & { readonly retiring: Leaf } {
  return entry.state === 'accepted' && entry.retiring !== undefined
}

/** The admin's authority, and the operator's: those that are in, or those that come with this hook, whichever take more. */
export function authorityBytes(
  { authorities, clientCas }: Pick<PeerApplication, 'authorities' | 'clientCas'>,
  coming: Readonly<Record<string, ClientCas>> | undefined,
): number {
  const [before, after] = [clientCas, coming ?? clientCas].map((given) =>
    measureBundle(clientCasOf({ clientCas: given }).join('\n')),
  )
  return adminBytes(authorities) + Math.max(before ?? 0, after ?? 0)
}

/** A rotation must find room for the next one beside the old. */
export function adminBytes(authorities: ByPurpose | undefined): number {
  const bundle = authorities?.admin ?? ''
  return splitBundle(bundle).length === 1 ? 2 * measureBundle(bundle) : measureBundle(bundle)
}
