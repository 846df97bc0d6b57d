// What the ledger should say after this hook: every request that was looked at is accepted or refused, by pure judgement.
// First recorded wins; a request that lost is looked at again when its common name becomes free.

import { theOthers } from '../../../interfaces/etcd-client.ts'
import {
  type AcceptedEntry,
  compareRequestKeys,
  type Ledger,
  type LedgerEntry,
  ledgerKey,
  type RequestKey,
} from '../../../interfaces/ledger.ts'
import { ofOperator } from '../../../interfaces/operator-client.ts'
import { everyMemberTrustsIt, noRequestIsOnItsWay, ownershipIsCommitted } from './guards.ts'
import type { ClientsSeen, Observed, RelationSeen } from '../../observed.ts'
import { nextAbsences } from '../cluster/absence.ts'
import { hasAccess } from './access.ts'
import { claimName } from './claim.ts'
import { secretsToCollect } from './collectable.ts'
import { endAccessOf, forgetSuspended, nextRevoked, suspensionsOf } from './end-of-access.ts'
import { type Case, judgeRequest, type Rules } from './judge-request.ts'
import { makeRoom } from '../trust/make-room.ts'
import { accessOf, commonNamesLeaving, namesDeparted } from './names.ts'
import { hasNewcomer, lastRenewal } from '../trust/pace.ts'
import { noteEnd, withOperatorClients } from './operator-clients.ts'
import { isUnreadSecret } from './refusals.ts'
import { isRestless, movedFrom } from './restless.ts'
import { rulesOf } from './rules.ts'
import { turnAway } from './turn-away.ts'
import { refuseUnloadable } from '../trust/unloadable.ts'

export const emptyLedger: Ledger = {
  entries: new Map(),
  leaving: new Set(),
  departed: new Map(),
  revoked: new Map(),
  answers: new Map(),
  noted: new Map(),
  silent: new Map(),
  collectable: new Map(),
  crossModel: new Map(),
  unheard: new Set(),
  suspensions: new Map(),
  gathering: false,
  away: new Map(),
}

/** The ledger as this hook leaves it. Only the leader writes it; for the others it is as it was. */
export function nextLedger(seen: Observed): Ledger {
  const before = seen.peers?.ledger ?? emptyLedger
  if (!seen.leader || seen.leaving) return before
  const observed = forgetSuspended(before, withOperatorClients(before, seen))
  const rules = rulesOf(observed)
  const suspensions = suspensionsOf(before, observed)
  const committed = { ...before, revoked: nextRevoked(before, seen), suspensions }
  const claim = (entry: AcceptedEntry): LedgerEntry => claimName(entry, observed)
  const judged = judgeRelations(committed, observed.clients, rules, claim)
  for (const [name, row] of judged) {
    const entry = endAccessOf(row.key, row.entry, committed, observed)
    judged.set(name, {
      ...row,
      entry: noteEnd(row.key, progress(row.key, entry, observed), before, seen.now),
    })
  }
  const entries = makeRoom(refuseUnloadable(judged, rules.unloadable), rules)
  const leaving = commonNamesLeaving(before, { ...committed, entries }, observed)
  const departed = namesDeparted(before, { ...committed, entries, leaving }, observed, rules)
  const lives = ([relation]: readonly [number, unknown]): boolean => !observed.clients.gone.has(relation)
  const answers = new Map([...committed.answers].filter(lives))
  const noted = new Map([...committed.noted].filter(lives))
  const silent = silentRelations(committed, observed)
  const renewed = lastRenewal(committed, entries, observed)
  return {
    entries,
    leaving,
    departed,
    revoked: committed.revoked,
    answers,
    noted,
    silent,
    collectable: secretsToCollect(committed, entries, observed),
    crossModel: crossModelRelations(committed, observed),
    unheard: observed.clients.refused,
    suspensions,
    gathering: !noRequestIsOnItsWay.holds(observed),
    away: nextAbsences(committed.away, entries, observed),
    ...(renewed !== undefined && { renewed }),
  }
}

/** Relations that had their say and asked for nothing: nobody waits for them (`no-request-is-on-its-way`). */
function silentRelations(committed: Ledger, { clients }: Observed): Map<number, string> {
  const silent = new Map(committed.silent)
  for (const [relation, seen] of clients.relations) {
    if (seen.kind !== 'silent') silent.delete(relation)
    else if (clients.heard.has(relation)) silent.set(relation, seen.application)
  }
  for (const relation of clients.gone) silent.delete(relation)
  return silent
}

function crossModelRelations({ crossModel }: Ledger, { clients }: Observed): Ledger['crossModel'] {
  const rows = new Map(crossModel)
  for (const relation of clients.crossModel.keys()) rows.set(relation, 'live')
  for (const relation of clients.suspended) rows.set(relation, 'suspended')
  for (const relation of clients.gone) rows.delete(relation)
  return rows
}

type Entries = Map<string, { readonly key: RequestKey; readonly entry: LedgerEntry }>

/** What etcd says of an accepted name: refused where it is somebody else's. */
type Claim = (entry: AcceptedEntry) => LedgerEntry

/** Every request that was looked at, accepted or refused; the others as they were. */
export function judgeRelations(
  committed: Ledger,
  clients: ClientsSeen,
  rules: Rules,
  claim: Claim = (entry) => entry,
): Entries {
  const judged = judgeAll(committed, clients, rules, claim)
  // Members restart for a newcomer anyway.
  const together = rules.paced.size > 0 && hasNewcomer(committed, judged)
  return together ? judgeAll(committed, clients, { ...rules, paced: new Set() }, claim) : judged
}

function judgeAll(committed: Ledger, clients: ClientsSeen, rules: Rules, claim: Claim): Entries {
  const entries: Entries = new Map(committed.entries)
  for (const [name, { key }] of committed.entries) if (ended(key, clients)) entries.delete(name)
  for (const relation of inOrderOfClaims(committed, clients)) {
    const seen = clients.relations.get(relation)
    if (seen) judgeRelation(entries, relation, seen, { committed, rules, claim })
  }
  return new Map([...entries].sort(([, a], [, b]) => compareRequestKeys(a.key, b.key)))
}

/**
 * Whoever waits for room comes first, the longest first: no newcomer and no other's renewal takes it away.
 * Whoever named a secret that was not theirs to name had it denied first, as an owner names, shares and grants it at once. So those
 * who were denied come last, and win no name from the owner.
 */
function inOrderOfClaims(committed: Ledger, clients: ClientsSeen): readonly number[] {
  const rows = [...committed.entries.values()]
  const denied = new Set(
    rows.flatMap(({ key, entry }) =>
      entry.state === 'refused' && isUnreadSecret(entry.code) ? [key.relation] : [],
    ),
  )
  const waiting = new Map<number, number>()
  for (const { key, entry } of rows) {
    const { since = Number.POSITIVE_INFINITY } = entry.waits ?? {}
    waiting.set(key.relation, Math.min(since, waiting.get(key.relation) ?? since))
  }
  const rank = (relation: number): number =>
    denied.has(relation) ? Number.POSITIVE_INFINITY : (waiting.get(relation) ?? Number.MAX_VALUE)
  const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)
  return [...clients.relations.keys()].sort((a, b) => order(rank(a), rank(b)) || a - b)
}

function ended(key: RequestKey, clients: ClientsSeen): boolean {
  if (clients.gone.has(key.relation)) return true
  const seen = clients.relations.get(key.relation)
  if (!seen) return false
  if (seen.kind === 'silent') return true
  if (seen.kind === 'malformed') return key.request !== ''
  return !seen.requests.some((request) => request.asked.request === key.request)
}

function judgeRelation(
  entries: Entries,
  relation: number,
  seen: RelationSeen,
  { claim, ...beside }: Pick<Case, 'committed' | 'rules'> & { readonly claim: Claim },
): void {
  if (seen.kind === 'silent') return
  const { application, protocol } = seen
  if (seen.kind === 'malformed') {
    refuseWhole(entries, { relation, request: '' }, seen, 'request-malformed', seen.detail)
    return
  }
  if (seen.excess) {
    const detail = `${seen.requests.length + seen.excess}, of which the first ${seen.requests.length} are looked at`
    refuseWhole(entries, { relation, request: theOthers }, seen, 'too-many-requests', detail)
  }
  const restless = relation !== ofOperator && isRestless(relation, seen, beside.committed)
  for (const request of seen.requests) {
    const key = { relation, request: request.asked.request }
    const ledger = { ...emptyLedger, entries }
    const known = entries.get(ledgerKey(key))?.entry
    const previous = known ?? movedFrom(key, request, seen, beside.committed)
    // An operator's client has nobody to ask again for it (operator-clients.ts): what was said of it stands.
    if (relation === ofOperator && request.certificate.kind === 'refused') continue
    const judged = judgeRequest({
      key,
      application,
      protocol,
      request,
      previous,
      known: known !== undefined,
      ledger,
      restless,
      ...beside,
    })
    const entry = judged.state === 'accepted' ? claim(judged) : judged
    entries.set(ledgerKey(key), { key, entry })
  }
}

function refuseWhole(
  entries: Entries,
  key: RequestKey,
  { application, protocol }: Exclude<RelationSeen, { kind: 'silent' }>,
  code: string,
  detail: string,
): void {
  const previous = entries.get(ledgerKey(key))?.entry
  const answered = previous?.answeredAs && { answeredAs: previous.answeredAs }
  const entry = turnAway({ application, protocol, echo: {}, ...answered }, { code, detail })
  entries.set(ledgerKey(key), { key, entry })
}

/** Marks what came true since: the name is ours to give, the client is served, the old leaf is no longer needed. */
function progress(key: RequestKey, judged: LedgerEntry, observed: Observed): LedgerEntry {
  const entry = judged.state === 'refused' ? judged : claimName(judged, observed)
  if (entry.state === 'refused') return entry
  const born = observed.peers?.application.founding?.born === true
  if (born && entry.served && !entry.retiring) return entry
  if (!ownershipIsCommitted.holds({ key, entry }, observed)) return entry
  const waiting = observed.sweep && !entry.served ? { ...entry, late: true } : entry
  if (!everyMemberTrustsIt.holds(entry.leaf, observed)) return waiting
  // A cluster that is founded anew knows nobody.
  if (!born) return { ...entry, served: false }
  const served = entry.served || hasAccess(entry, accessOf(observed, entry.leaf.commonName))
  const { retiring: _served, late: _late, ...kept } = waiting
  return { ...kept, served, ...(!served && waiting.late && { late: true }) }
}
