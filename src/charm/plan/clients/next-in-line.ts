// Who was refused because a common name was taken is looked at again once it is free: the first recorded, and the next one only if
// that one no longer wants it. So a hook about an owner reads no others while the owner keeps its name. Likewise who waits for room in
// the truststore, once there is enough, and for members to restart for renewals, once they do.

import type { Ledger, LedgerEntry, RequestKey } from '../../../interfaces/ledger.ts'
import { isOperators, ofOperator } from '../../../interfaces/operator-client.ts'
import type { ClientsSeen } from '../../observed.ts'
import type { Rules } from './judge-request.ts'
import { judgeRelations } from './ledger.ts'
import { nextToRenew } from '../trust/pace.ts'
import { entryBytes, mostBytes, mostBytesForNewcomers, shareOfOne } from '../trust/room.ts'

interface Row {
  readonly key: RequestKey
  readonly entry: LedgerEntry
}

/**
 * The relation to be looked at next; `undefined` where nobody waits for what is free. `denied` are those that were looked at in vain, as
 * Juju does not show them in this hook. What an operator asked for is of no relation: there is nothing to look at.
 */
export function nextInLine(
  ledger: Ledger,
  clients: ClientsSeen,
  rules: Rules,
  denied: ReadonlySet<number> = new Set(),
): number | undefined {
  const looked = new Set([...clients.relations.keys(), ...clients.gone, ...clients.suspended, ...denied])
  return (
    nextForName(ledger, clients, rules, looked) ??
    nextForRoom(ledger, clients, rules, looked) ??
    nextForTurn(ledger, clients, rules, looked)
  )
}

function nextForName(
  ledger: Ledger,
  clients: ClientsSeen,
  rules: Rules,
  looked: ReadonlySet<number>,
): number | undefined {
  const rows = [...ledger.entries.values()]
  const held = namesIn(rows.filter(({ key }) => looked.has(key.relation)))
  const letGo = namesLetGo(ledger)
  const losers = rows.flatMap(({ key: { relation }, entry }) => {
    const wants = waitsFor(entry)
    const mayCome = wants !== undefined && relation !== ofOperator && (held.has(wants) || letGo(wants))
    return mayCome && !looked.has(relation) ? [{ relation, wants }] : []
  })
  if (losers.length === 0) return undefined
  const judged = [...judgeRelations(ledger, clients, rules).values()]
  const taken = namesIn(judged)
  // The first in line has been told what it waits for; the others need not be.
  const heirs = judged.filter(({ key, entry }) => looked.has(key.relation) && isHeir(entry))
  const spokenFor = new Set([...taken, ...heirs.map(({ entry }) => waitsFor(entry))])
  return losers.find(({ wants }) => !spokenFor.has(wants))?.relation
}

function isHeir(entry: LedgerEntry): boolean {
  return entry.state === 'refused' && entry.code === 'common-name-leaving'
}

/** Of a name that somebody else's user bears, no hook of ours would tell: that one is looked at in sweeps. */
function waitsFor(entry: LedgerEntry): string | undefined {
  if (entry.state !== 'refused' || entry.code === 'common-name-foreign') return undefined
  return entry.wants?.toLowerCase()
}

/** Whether a name, in lower case, is nobody's any more, and no member's either. */
function namesLetGo(ledger: Ledger): (name: string) => boolean {
  const owned = namesIn([...ledger.entries.values()])
  const going = [...ledger.leaving, ...ledger.departed.keys()].map((name) => name.toLowerCase())
  const held = new Set([...owned, ...going])
  return (name) => !held.has(name)
}

/** Common names that are owned, compared without case. */
function namesIn(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(({ entry }) => (entry.state === 'accepted' ? [entry.leaf.commonName.toLowerCase()] : [])),
  )
}

/** As if nobody but those who wait asked for anything in this hook: they come first. */
function nextForRoom(
  ledger: Ledger,
  clients: ClientsSeen,
  rules: Rules,
  looked: ReadonlySet<number>,
): number | undefined {
  const waiting = [...ledger.entries.values()].filter(({ entry }) => entry.waits && !entry.waits.turn)
  const line = waiting.filter(({ key }) => !looked.has(key.relation) && !isOperators(key))
  if (line.length === 0) return undefined
  const theirs = new Set(waiting.map(({ key }) => key.relation))
  const relations = new Map([...clients.relations].filter(([relation]) => theirs.has(relation)))
  const rows = [...judgeRelations(ledger, { ...clients, relations }, rules).values()]
  const since = ({ entry }: Row): number => entry.waits?.since ?? 0
  const fitting = line.filter((row) => hasRoom(row, rows, rules))
  return fitting.toSorted((a, b) => since(a) - since(b))[0]?.key.relation
}

function nextForTurn(
  ledger: Ledger,
  clients: ClientsSeen,
  rules: Rules,
  looked: ReadonlySet<number>,
): number | undefined {
  if (![...ledger.entries.values()].some(({ entry }) => entry.waits?.turn)) return undefined
  return nextToRenew(
    ledger,
    judgeRelations(ledger, clients, rules),
    rules.paced,
    new Set([...looked, ofOperator]),
  )
}

function hasRoom({ key, entry }: Row, rows: readonly Row[], { authorities }: Rules): boolean {
  const sum = (of: readonly Row[]): number => of.reduce((bytes, row) => bytes + entryBytes(row.entry), 0)
  const bytes = entry.waits?.bytes ?? 0
  const all = authorities + bytes + sum(rows)
  if (entry.state === 'accepted') return all <= mostBytes
  const own = sum(rows.filter((row) => row.key.relation === key.relation))
  return all <= mostBytesForNewcomers && own + bytes <= shareOfOne
}
