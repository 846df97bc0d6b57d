// Who was refused because a common name was taken is looked at again once it is free: the first recorded, and the next one only if
// that one no longer wants it. So a hook about an owner reads no others while the owner keeps its name.

import type { Ledger, LedgerEntry } from '../../interfaces/ledger.ts'
import type { ClientsSeen } from '../observed.ts'
import { judgeRelations } from './ledger.ts'

/** The relation to be looked at next; `undefined` where no name is both free and wanted. */
export function nextInLine(
  ledger: Ledger,
  clients: ClientsSeen,
  allowFullKeyspace: boolean,
): number | undefined {
  const looked = new Set([...clients.relations.keys(), ...clients.gone, ...clients.suspended])
  const rows = [...ledger.entries.values()]
  const held = namesIn(rows.filter(({ key }) => looked.has(key.relation)))
  const losers = rows.flatMap(({ key: { relation }, entry }) => {
    const wants = entry.state === 'refused' ? entry.wants?.toLowerCase() : undefined
    return wants !== undefined && held.has(wants) && !looked.has(relation) ? [{ relation, wants }] : []
  })
  if (losers.length === 0) return undefined
  const taken = namesIn([...judgeRelations(ledger, clients, allowFullKeyspace).values()])
  return losers.find(({ wants }) => !taken.has(wants))?.relation
}

/** Common names that are owned, compared without case. */
function namesIn(rows: readonly { readonly entry: LedgerEntry }[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(({ entry }) => (entry.state === 'accepted' ? [entry.leaf.commonName.toLowerCase()] : [])),
  )
}
