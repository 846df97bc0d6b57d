// What each requirer is told, all in one hook, and only when it is true. A digest in the ledger remembers what was said, so
// that a hook costs the same with one client as with a thousand.

import { digest } from '../../../interfaces/digest.ts'
import type { RequestStatus } from '../../../interfaces/etcd-client-answer.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import {
  type AcceptedEntry,
  isExpired,
  type Ledger,
  type LedgerEntry,
  ledgerKey,
  type RequestKey,
  type WaitsForRoom,
} from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import { encryptionIsOffered } from './guards.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { explainRefusal } from './refusals.ts'
import type { AnswerToPublish, ResponseToPublish, Write } from '../../step.ts'
import { describeAbsences, holdsUp, unitsToLoad } from '../cluster/absence.ts'
import { serverBundle } from '../issuers/trust.ts'
import { endpointsOf } from './endpoints.ts'
import { whyTellAgain } from './given.ts'
import { membersOf } from '../cluster/members.ts'

export interface AnswersPlan {
  readonly writes: readonly Write[]
  /** The ledger, with what is published noted in it. */
  readonly ledger: Ledger
  readonly toCount: readonly number[]
}

interface Row {
  readonly key: RequestKey
  readonly entry: LedgerEntry
}

export function planAnswers(observed: Observed, ledger: Ledger): AnswersPlan {
  if (!observed.leader || observed.leaving) return { writes: [], ledger, toCount: [] }
  const entries = new Map(ledger.entries)
  const answers = new Map(ledger.answers)
  const noted = new Map(ledger.noted)
  const writes: Write[] = []
  const told = byRelation(observed.peers?.ledger ?? ledger)
  for (const [relation, rows] of byRelation(ledger)) {
    if (!canHear(relation, observed, ledger)) continue
    const answer = answerFor(observed, ledger, relation, rows, told.get(relation) ?? [])
    if (!answer) continue
    if (answer.noted.length > 0) noted.set(relation, answer.noted)
    else noted.delete(relation)
    const said = digest(printJsonText(answer))
    const why = whyTell(observed, ledger, answer, said, rows)
    if (why !== undefined) writes.push({ kind: 'answer/publish', answer, why })
    answers.set(relation, said)
    for (const row of rows) noteAnswered(entries, row, answer)
  }
  return { writes, ledger: { ...ledger, entries, answers, noted }, toCount: relationsToCount(ledger) }
}

function whyTell(
  { clients }: Observed,
  { answers }: Ledger,
  answer: AnswerToPublish,
  said: string,
  rows: readonly Row[],
): string | undefined {
  if (said !== answers.get(answer.relation))
    return `what ${rows[0]?.entry.application} should know has changed`
  const given = clients.given.get(answer.relation)
  return given && whyTellAgain(answer, given)
}

/** Relations whose answer needs new secrets, which can be granted only while the requirer has units. */
function relationsToCount(ledger: Ledger): readonly number[] {
  const rows = [...ledger.entries.values()].filter(
    ({ key, entry }) =>
      !isOperators(key) && entry.state === 'accepted' && entry.served && entry.answeredAs === undefined,
  )
  // Of a suspended relation Juju says that there is none, and the hook would fail.
  const heard = rows.filter(({ key }) => ledger.crossModel.get(key.relation) !== 'suspended')
  return [...new Set(heard.map(({ key }) => key.relation))]
}

/** A suspended relation can't be written to; what it should know is published when it is resumed. */
function canHear(relation: number, observed: Observed, ledger: Ledger): boolean {
  if (observed.clients.refused.has(relation)) return false
  return ledger.crossModel.get(relation) !== 'suspended' && encryptionIsOffered.holds(relation, observed)
}

function byRelation(ledger: Ledger): ReadonlyMap<number, readonly Row[]> {
  const rows = new Map<number, Row[]>()
  for (const row of ledger.entries.values()) {
    // An operator was told by the action.
    if (isOperators(row.key)) continue
    rows.set(row.key.relation, [...(rows.get(row.key.relation) ?? []), row])
  }
  // A relation that was answered and asks for nothing any more is told so.
  for (const relation of ledger.answers.keys()) if (!rows.has(relation)) rows.set(relation, [])
  return rows
}

function answerFor(
  observed: Observed,
  ledger: Ledger,
  relation: number,
  rows: readonly Row[],
  told: readonly Row[],
): AnswerToPublish | undefined {
  const authority = serverBundle(observed)
  const version = observed.machine.workload?.version
  const entries = rows.map(({ entry }) => entry)
  const endpoints = endpointsOf(observed, ledger, entries, relation)
  const statuses = entries.flatMap((entry) => statusOf(entry, ledger, observed))
  const responses = rows.flatMap((row) => responseTo(observed, row))
  if (responses.length === 0 && statuses.length === 0 && !observed.peers?.ledger.answers.has(relation))
    return undefined
  if (responses.length > 0 && (!authority || !version || endpoints.length === 0)) return undefined
  const seen = observed.clients.relations.get(relation)
  // Who asks for nothing any more was told so in the hook that saw it, in the protocol that was seen then.
  if (rows.length === 0 && !seen) return undefined
  const protocol = rows[0]?.entry.protocol ?? seen?.protocol ?? 'v0'
  const answer = {
    relation,
    protocol,
    endpoints,
    version: version ?? '',
    authority: authority ?? '',
    responses,
    statuses,
    noted: observed.peers?.ledger.noted.get(relation) ?? [],
  }
  return {
    ...answer,
    noted: protocol === 'v1' && responses.length > 0 ? notedBy(observed, answer, told) : [],
  }
}

function responseTo(observed: Observed, { key, entry }: Row): readonly ResponseToPublish[] {
  const { answeredAs, echo } = entry
  // A v1 requirer has no request without an id; this one stands for a list that can't be read.
  if (entry.protocol === 'v1' && key.request === '') return []
  const ready = entry.state === 'accepted' && (entry.served || answeredAs === entry.leaf.commonName)
  // Who asked anew before it was ever answered may have no other certificate any more.
  const renews = entry.waits !== undefined || (entry.state === 'accepted' && entry.pending !== undefined)
  if (renews && answeredAs === undefined) return []
  if (!ready && answeredAs === undefined) return []
  // Secrets can be granted only while the requirer has units (facts/juju.md, M6).
  if (answeredAs === undefined && (observed.clients.members.get(key.relation) ?? 0) === 0) return []
  return [{ request: key.request, echo, username: ready ? entry.leaf.commonName : undefined }]
}

/**
 * What the requirer's units have seen: a unit's relation-changed says that they were at work since, update-status that they are
 * done. The library raises what `status` has and this has not, so this must not come with it. That a certificate has expired is no change of
 * the ledger: it is new until it is what the last answer said.
 */
function notedBy(
  observed: Observed,
  answer: AnswerToPublish,
  told: readonly Row[],
): readonly RequestStatus[] {
  const { clients, now, peers } = observed
  if (!peers || !clients.heard.has(answer.relation)) return answer.noted
  const isAsTold = peers.ledger.answers.get(answer.relation) === digest(printJsonText(answer))
  return told.flatMap(({ entry }) => {
    const rows = statusOf(entry, peers.ledger, observed)
    const isByClock = entry.state === 'accepted' && !entry.pending && isExpired(entry.leaf, now)
    if (isAsTold || !isByClock) return rows
    return rows.filter(({ code }) => answer.noted.some((noted) => noted.code === code))
  })
}

function statusOf(entry: LedgerEntry, ledger: Ledger, observed: Observed): readonly RequestStatus[] {
  if (entry.state === 'accepted') {
    const { code, detail } = entry.pending ?? {}
    if (code !== undefined) return [explainRefusal(code, detail ?? '', observed.application)]
    if (isExpired(entry.leaf, observed.now)) return [explainRefusal('certificate-expired', '')]
    return waitOf(entry, ledger, membersOf(observed))
  }
  // Before the echo nothing is said: a requirer that takes up the key overlooks what else changed.
  if (entry.state === 'refused' && entry.code === 'encryption-awaited') return []
  return [explainRefusal(entry.code, entry.detail, observed.application)]
}

/** What a client waits for that is not served yet, or not by its new certificate, where it is more than the usual minute. */
export function waitOf(
  entry: AcceptedEntry,
  { away }: Ledger,
  members?: readonly MemberSeen[],
): readonly RequestStatus[] {
  if (entry.waits) return [explainRefusal(whyRenewalWaits(entry.waits), '')]
  if (entry.served) return []
  const missing = holdsUp(away, members)
  if (missing.size > 0) return [explainRefusal('member-away', describeAbsences(missing))]
  if (!entry.late) return []
  const units = unitsToLoad(away)
  return [explainRefusal('members-restart', units.length > 0 ? `waiting for ${units.join(', ')}` : '')]
}

export function whyRenewalWaits({ turn }: WaitsForRoom): string {
  return turn ? 'renewal-gathered' : 'renewal-waits'
}

function noteAnswered(entries: Map<string, Row>, row: Row, answer: AnswerToPublish): void {
  const username = answer.responses.find((response) => response.request === row.key.request)?.username
  if (username !== undefined && username !== row.entry.answeredAs)
    entries.set(ledgerKey(row.key), { ...row, entry: { ...row.entry, answeredAs: username } })
}
