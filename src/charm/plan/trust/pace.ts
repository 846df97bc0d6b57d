// Renewals in a storm (docs/adr/0021-renewals-are-gathered.md). Whoever has access already rolls members by another certificate at most
// once in `client-restart-interval`; all who wait go together, and with whoever comes anew, for whom members restart anyway.

import {
  type AcceptedEntry,
  type Ledger,
  type LedgerEntry,
  type RequestKey,
  shortFingerprint,
} from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import type { Observed } from '../../observed.ts'

type Rows = ReadonlyMap<string, { readonly key: RequestKey; readonly entry: LedgerEntry }>

type Facts = Pick<Observed, 'peers' | 'unit' | 'now' | 'config'> & Partial<Pick<Observed, 'machine'>>

/** Relations whose next certificate waits: members have just been rolled for somebody's, or are being rolled for theirs. */
export function pacedRelations(facts: Facts): ReadonlySet<number> {
  const { config, peers } = facts
  if (!peers || config.inForce['client-restart-interval'] === 0) return new Set()
  const { departed, entries } = peers.ledger
  const busy = isBusy(facts)
  const rows = [...entries.values()].filter(
    ({ entry }) => entry.state === 'accepted' && (busy || isRolling(entry, facts)),
  )
  // Whoever has just lost a name, by its own doing, is no newcomer with the next one.
  const losers = busy ? [...departed.values()].map(({ relation }) => relation) : []
  return new Set([...rows.map(({ key }) => key.relation), ...losers])
}

/** Members have just been rolled for a renewal, or are about to be. */
export function isBusy({ config, now, peers }: Pick<Observed, 'config' | 'now' | 'peers'>): boolean {
  const { renewed } = peers?.ledger ?? {}
  return renewed !== undefined && Math.abs(now - renewed) < config.inForce['client-restart-interval'] * 1000
}

/** Were it replaced now, those members that have it would restart once more, and so on for ever. */
function isRolling({ leaf, retiring, served }: AcceptedEntry, { machine, peers, unit }: Facts): boolean {
  if (!retiring || served) return false
  const own = machine?.loaded?.leaves.map(({ fingerprint }) => fingerprint)
  if (own?.includes(leaf.fingerprint)) return true
  const others = [...(peers?.units ?? [])].filter(([name]) => name !== unit || own === undefined)
  return others.some(([, { databag }]) => databag.trusts?.includes(shortFingerprint(leaf)))
}

/** Whether members restart for somebody who had no access by that request, nor by the one before it. */
export function hasNewcomer(committed: Ledger, judged: Rows): boolean {
  const trusted = fingerprintsIn(committed.entries)
  return [...judged].some(
    ([name, { entry }]) =>
      entry.state === 'accepted' &&
      !acceptedIn(committed.entries, name) &&
      !trusted.has(entry.leaf.fingerprint),
  )
}

function fingerprintsIn(rows: Rows): ReadonlySet<string> {
  return new Set(
    [...rows.values()].flatMap(({ entry }) => (entry.state === 'accepted' ? [entry.leaf.fingerprint] : [])),
  )
}

/** The operator's will, or what can't be otherwise. */
const atOnce: ReadonlySet<string> = new Set([
  'access-revoked',
  'certificate-unloadable',
  'common-name-foreign',
  'full-keyspace-refused',
  'relation-suspended',
  'truststore-full',
])

/** Whether a request lost its access by what its own requirer wrote. */
export function isOwnLoss(after: LedgerEntry | undefined): boolean {
  return !after || (after.state === 'refused' && !atOnce.has(after.code))
}

/** When a certificate was last taken of somebody who had access, or access that somebody gave up: in this hook maybe. */
export function lastRenewal(
  committed: Ledger,
  judged: Rows,
  { clients, now }: Pick<Observed, 'clients' | 'now'>,
): number | undefined {
  const trusted = fingerprintsIn(judged)
  const renewed = [...committed.entries].some(([name, { key, entry: before }]) => {
    if (before.state !== 'accepted' || isOperators(key) || clients.gone.has(key.relation)) return false
    const after = judged.get(name)?.entry
    if (after?.state === 'accepted') return takesRestart(before, after.leaf.fingerprint)
    // The certificate may have moved to another request.
    return isOwnLoss(after) && !trusted.has(before.leaf.fingerprint)
  })
  return renewed ? now : committed.renewed
}

/** Members know the certificate that is being replaced as well. */
export function takesRestart({ leaf, retiring }: AcceptedEntry, fingerprint: string): boolean {
  return leaf.fingerprint !== fingerprint && retiring?.fingerprint !== fingerprint
}

/** The relation that waited longest, of those whose turn it is now. */
export function nextToRenew(
  committed: Ledger,
  judged: Rows,
  paced: ReadonlySet<number>,
  looked: ReadonlySet<number>,
): number | undefined {
  const line = [...committed.entries.values()].flatMap(({ key: { relation }, entry: { waits } }) =>
    waits?.turn && !looked.has(relation) ? [{ relation, since: waits.since }] : [],
  )
  const all = line.length > 0 && hasNewcomer(committed, judged)
  const ready = line.filter(({ relation }) => all || !paced.has(relation))
  return ready.toSorted((a, b) => a.since - b.since)[0]?.relation
}

function acceptedIn(rows: Rows, name: string): AcceptedEntry | undefined {
  const entry = rows.get(name)?.entry
  return entry?.state === 'accepted' ? entry : undefined
}
