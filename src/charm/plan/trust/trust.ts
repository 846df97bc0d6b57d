// The client truststore. Trust grows only from what is committed, and shrinks at once.
// etcd reads its truststore at start and its revocation list at every accept: hence additions need a restart, cut-offs don't.

import type { Leaf, Ledger } from '../../../interfaces/ledger.ts'
import { nameIsOurs } from '../clients/naming-guards.ts'
import type { Loaded, MachineSeen, Observed } from '../../observed.ts'
import type { Bystanders } from './bystanders.ts'
import { isOnlyTheirs, unwanted } from './revocation.ts'

/**
 * The leaves to be trusted: accepted in the committed ledger and still accepted now, sorted by fingerprint. A certificate that only
 * moves from one request to another, as when a requirer goes from v0 to v1, is trusted all the while.
 */
export function wantedLeaves(observed: Observed, ledger: Ledger): readonly Leaf[] {
  const still = leavesOf(ledger)
  const wanted = [...leavesOf(observed.peers?.ledger)].filter(([fingerprint]) => still.has(fingerprint))
  return wanted.map(([, leaf]) => leaf).sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
}

/** By fingerprint, those that are being replaced among them. */
function leavesOf(ledger: Ledger | undefined): ReadonlyMap<string, Leaf> {
  const leaves = [...(ledger?.entries.values() ?? [])].flatMap(({ entry }) =>
    entry.state === 'accepted' && nameIsOurs.holds(entry)
      ? [entry.leaf, ...(entry.retiring ? [entry.retiring] : [])]
      : [],
  )
  return new Map(leaves.map((leaf) => [leaf.fingerprint, leaf]))
}

/** The truststore: the admin authority, what the operator gave over `client-cas`, and the leaves, each its own anchor (design §4). */
export function printTruststore(authorities: readonly string[], leaves: readonly Leaf[]): string {
  return [...authorities, ...leaves.map((leaf) => leaf.pem)].map((pem) => `${pem.trim()}\n`).join('')
}

type TrustSeen = Pick<MachineSeen, 'files' | 'loaded'>

/**
 * Whether the running etcd has surely read a certificate. One that was taken out of the truststore and is wanted again may have been lost
 * meanwhile: etcd may have restarted by itself, and then it read the truststore without it.
 */
export function isTrustedHere({ files, loaded }: TrustSeen, { fingerprint, pem }: Leaf): boolean {
  const known = loaded?.leaves.some((leaf) => leaf.fingerprint === fingerprint) === true
  return known && files.truststore?.includes(pem.trim()) === true
}

/** What the running etcd may trust, but for what it is to trust and may not: of whom it should not, none is left out. */
export function trustsToTell({ machine, peers }: Observed): Loaded['leaves'] {
  const wanted = leavesOf(peers?.ledger)
  return (machine.loaded?.leaves ?? []).filter(({ fingerprint }) => {
    const leaf = wanted.get(fingerprint)
    return !leaf || isTrustedHere(machine, leaf)
  })
}

/** Why the running etcd must be restarted to trust whom it should; `undefined` where it needn't be. */
export function whyTrustMustGrow(machine: TrustSeen, wanted: readonly Leaf[]): string | undefined {
  if (wanted.every((leaf) => isTrustedHere(machine, leaf))) return undefined
  return 'the truststore has a certificate that it must load'
}

/** Why the running etcd must be restarted to be rid of whom it should trust no more; the revocation list does the rest. */
export function whyTrustMustShrink(
  loaded: Loaded,
  wanted: readonly Leaf[],
  bystanders: Bystanders,
  inNoHurry: ReadonlySet<string> = new Set(),
): string | undefined {
  const names = new Set(wanted.map((leaf) => leaf.commonName))
  const stale = unwanted(loaded, wanted)
  if (stale.some(({ commonName }) => !names.has(commonName) && !inNoHurry.has(commonName)))
    return 'a client has left; its open streams end with the restart'
  const others = stale.filter(({ commonName }) => !inNoHurry.has(commonName))
  if (others.some((leaf) => !isOnlyTheirs(leaf, wanted, bystanders)))
    return 'a serial that somebody else may have could not be revoked'
  return undefined
}
