// Certificates that the etcd of some unit can't load, found when it tried the whole truststore: of a new release, say, that is stricter than
// the one before. One of them would stop every member at its next start, so its owner is refused, and no upgrade is.

import { createHash } from 'node:crypto'
import type { ClientCas, Unloadable } from '../../../interfaces/etcd-peers.ts'
import { type Ledger, type LedgerEntry, shortFingerprint } from '../../../interfaces/ledger.ts'
import { certificateDer } from '../../../tls/pem.ts'
import type { Observed } from '../../observed.ts'
import { turnAway } from '../clients/turn-away.ts'

type Entries = Map<string, Ledger['entries'] extends ReadonlyMap<string, infer Row> ? Row : never>

/** What etcd says of each, by short fingerprint: this unit's own, and what the others tell. */
export function unloadableOf({
  machine,
  peers,
  unit,
}: {
  readonly machine?: Observed['machine']
  readonly peers: Observed['peers']
  readonly unit: string
}): ReadonlyMap<string, string> {
  const others = [...(peers?.units ?? [])].flatMap(([name, { databag }]) =>
    name === unit && machine ? [] : (databag.unloadable ?? []),
  )
  const rows: readonly Unloadable[] = [...others, ...(machine?.unloadable ?? [])]
  return new Map(rows.map(({ fingerprint, words }) => [fingerprint, words]))
}

export function fingerprintOfPem(pem: string): string {
  const fingerprint = createHash('sha256').update(certificateDer(pem)).digest('hex')
  return shortFingerprint({ fingerprint })
}

/** Whoever was accepted before that was found. */
export function refuseUnloadable(entries: Entries, unloadable: ReadonlyMap<string, string>): Entries {
  if (unloadable.size === 0) return entries
  return new Map([...entries].map(([name, row]) => [name, { ...row, entry: refuse(row.entry, unloadable) }]))
}

function refuse(entry: LedgerEntry, unloadable: ReadonlyMap<string, string>): LedgerEntry {
  if (entry.state === 'refused') return entry
  const words = unloadable.get(shortFingerprint(entry.leaf))
  if (words !== undefined) return turnAway(entry, { code: 'certificate-unloadable', detail: words })
  if (!entry.retiring || !unloadable.has(shortFingerprint(entry.retiring))) return entry
  const { retiring: _unloadable, ...rest } = entry
  return rest
}

export function withoutUnloadable(
  given: Readonly<Record<string, ClientCas>>,
  unloadable: ReadonlyMap<string, string>,
): Readonly<Record<string, ClientCas>> {
  if (unloadable.size === 0) return given
  const admit = ({ certificates, refused, ...others }: ClientCas): ClientCas => {
    const words = certificates.flatMap((pem) => unloadable.get(fingerprintOfPem(pem)) ?? [])
    const rest = certificates.filter((pem) => !unloadable.has(fingerprintOfPem(pem)))
    const told = words.map((word) => `etcd can't load a CA (${word})`)
    return { ...others, certificates: rest, refused: [...new Set([...refused, ...told])].sort() }
  }
  return Object.fromEntries(Object.entries(given).map(([relation, cas]) => [relation, admit(cas)]))
}
