// A ledger that holds more than the truststore can: of an earlier version of this charm, which counted less, or beside authorities that
// came meanwhile. The newest make way, and are told; the administrator never does, nor does anybody while there is room.

import type { Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import { plainText } from '../../../plain-text.ts'
import type { Rules } from '../clients/judge-request.ts'
import { turnAway } from '../clients/turn-away.ts'
import { entryBytes, isRenewing, leafBytes, mostBytes } from './room.ts'

type Entries = Map<string, Ledger['entries'] extends ReadonlyMap<string, infer Row> ? Row : never>

/** In this order: certificates that have expired, renewals, who is not served yet, who is; each from the newest on. */
export function makeRoom(entries: Entries, { authorities, now }: Rules): Entries {
  let excess = authorities - mostBytes
  for (const { entry } of entries.values()) excess += entryBytes(entry)
  if (excess <= 0) return entries
  const fitting = new Map(entries)
  const newestFirst = [...entries.keys()].reverse()
  for (const give of waysToGive(now)) {
    for (const name of newestFirst) {
      const row = fitting.get(name)
      const less = excess > 0 && row ? give(row.entry) : undefined
      if (!row || !less) continue
      excess -= entryBytes(row.entry) - entryBytes(less)
      fitting.set(name, { ...row, entry: isOperators(row.key) ? tellOperator(row.entry, less) : less })
    }
  }
  return fitting
}

/** Who holds such a certificate hears nothing of Juju: the status says whose it was, and what brings it back. */
function tellOperator(before: LedgerEntry, after: LedgerEntry): LedgerEntry {
  if (before.state !== 'accepted' || after.state !== 'refused') return after
  const detail = `${before.leaf.commonName} lost its access; create-client-credentials makes it anew, revoke-client-credentials forgets it`
  return { ...after, detail: plainText(detail) }
}

/** Each makes an entry smaller, or leaves it alone. */
function waysToGive(now: number): readonly ((entry: LedgerEntry) => LedgerEntry | undefined)[] {
  return [
    (entry) => {
      if (!isRenewing(entry) || entry.retiring.notAfter >= now) return undefined
      const { retiring: _expired, ...rest } = entry
      return rest
    },
    (entry) => (entry.state === 'accepted' && entry.leaf.notAfter < now ? makeWay(entry, now) : undefined),
    (entry) => {
      if (!isRenewing(entry)) return undefined
      const { retiring, leaf, ...rest } = entry
      return { ...rest, leaf: retiring, waits: { since: now, bytes: leafBytes(leaf) } }
    },
    (entry) => (entry.state === 'accepted' && !entry.served ? makeWay(entry, now) : undefined),
    (entry) => (entry.state === 'accepted' ? makeWay(entry, now) : undefined),
  ]
}

function makeWay(entry: Extract<LedgerEntry, { state: 'accepted' }>, now: number): LedgerEntry {
  const waits = { since: now, bytes: leafBytes(entry.leaf) }
  return turnAway(entry, { code: 'truststore-full', detail: '', waits })
}
