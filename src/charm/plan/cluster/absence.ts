// Members that do not answer, and units that load no certificate although their members answer, and since when: whoever waits is told for
// whom, and past the operator's patience the others go on without them (docs/adr/0020-members-that-stay-away.md). etcd does not tell how
// long, so the leader notes when it first missed one.

import {
  type Absence,
  type AcceptedEntry,
  type Ledger,
  type LedgerEntry,
  shortFingerprint,
} from '../../../interfaces/ledger.ts'
import type { MemberSeen, Observed, PeerSeen } from '../../observed.ts'
import { nameIsOurs } from '../clients/naming-guards.ts'
import { memberName, membersOf, quorumOf, unitOf, votersOf } from './members.ts'
import { wantedLeaves, whyTrustMustGrow } from '../trust/trust.ts'

/** The lock that restarts take turns by: whose it is, is about to be back. */
export const restartLock = 'restart'
/** Whose member is away by it, for a restart or to be defragmented: the holder's first word is the unit. */
export function unitOfTurn(holder: string | undefined): string | undefined {
  return holder?.split(' ', 1)[0]
}

/** Not what its own restart would say: a restart must not take this turn for its own. */
export function defragmentingHolder(unit: string): string {
  return `${unit} (defragment)`
}

/** The note of who went last, and has not told yet that it is back. */
export const restartingNote = 'restarting'

/** The absences as this hook leaves them: of units that are there, noted where somebody waits or all is looked at. */
export function nextAbsences(
  before: Ledger['away'],
  entries: Ledger['entries'],
  observed: Observed,
): Ledger['away'] {
  const { etcd, now, peers, sweep } = observed
  const units = new Set(peers?.units.keys() ?? [])
  const missing = missingUnits(observed, units)
  if (!missing) return new Map([...before].filter(([unit]) => units.has(unit)))
  const notes = sweep || [...entries.values()].some(({ entry }) => isWaitingForTrust(entry))
  const away = [...missing].sort().flatMap((unit): readonly [string, Absence][] => {
    const found = before.get(unit)
    const noted = found?.answers ? undefined : found
    if (!noted && !notes) return []
    const since = sinceOf(noted, now)
    const isOver = etcd.kind === 'up' && isPastPatience(since, observed)
    return [[unit, { since, without: noted?.without === true || isOver }]]
  })
  const others = [...units].filter((unit) => !missing.has(unit)).sort()
  const held = holdsUp(new Map(away), membersOf(observed)).size > 0
  return new Map([...away, ...unitsBehind(others, before, { entries, held }, observed)])
}

/** A clock that was ahead when it was noted, or another leader's, keeps nobody waiting for longer. */
function sinceOf(noted: Absence | undefined, now: number): number {
  return Math.min(noted?.since ?? now, now)
}

function isPastPatience(since: number, { config, now }: Observed): boolean {
  return now - since >= config.inForce['absence-patience'] * 1000
}

/**
 * Units whose members answer and that have not told that these loaded what they should: their agents are lost, or a hook of theirs fails.
 * One is noted where a client waits for it longer than a roll of the members takes, and until it has told of all clients.
 */
function unitsBehind(
  units: readonly string[],
  before: Ledger['away'],
  { entries, held }: { readonly entries: Ledger['entries']; readonly held: boolean },
  observed: Observed,
): readonly [string, Absence][] {
  const { now, peers, unit: own } = observed
  const due = committedOf(entries, peers?.ledger.entries)
  if (due.length === 0) return []
  const mayBegin = !held && peers?.ledger.gathering !== true && due.some(isLate)
  return units.flatMap((unit): readonly [string, Absence][] => {
    const noted = before.get(unit)
    const isKnown = noted?.answers === true || noted?.without === true
    const databag = peers?.units.get(unit)?.databag
    if (unit === own || databag?.endpoint === undefined || !(isKnown || mayBegin)) return []
    const trusts = setOf(databag.trusts ?? none)
    const lacks = due.filter(({ leaf }) => !trusts.has(shortFingerprint(leaf)))
    if (!lacks.some((entry) => isKnown || isLate(entry))) return []
    const since = sinceOf(noted, now)
    const without = noted?.without === true || isPastPatience(since, observed)
    return [[unit, { since, without, answers: true }]]
  })
}

/** Those accepted whose certificates members have been told to load. */
function committedOf(
  entries: Ledger['entries'],
  committed: Ledger['entries'] | undefined,
): readonly AcceptedEntry[] {
  return [...entries].flatMap(([name, { entry }]) => {
    const before = committed?.get(name)?.entry
    if (entry.state === 'refused' || before?.state !== 'accepted' || !nameIsOurs.holds(before)) return []
    return before.leaf.fingerprint === entry.leaf.fingerprint ? [entry] : []
  })
}

function isLate(entry: AcceptedEntry): boolean {
  return !entry.served && entry.late === true
}

/** Clients are served without a unit whose member answers and that has not had it load them for longer than the operator's patience. */
export function isGivenUp(unit: string, observed: Observed): boolean {
  const noted = observed.peers?.ledger.away.get(unit)
  return noted?.answers === true && (noted.without || isPastPatience(noted.since, observed))
}

/** The units that have to load a certificate and do not, although their members answer. */
export function unitsToLoad(away: Ledger['away']): readonly string[] {
  return [...away].flatMap(([unit, { answers, without }]) => (answers && !without ? [unit] : []))
}

export function isWaitingForTrust(entry: LedgerEntry): entry is AcceptedEntry {
  return entry.state === 'accepted' && !entry.served
}

/** `undefined` where this hook can't tell. One whose turn it is to restart is about to be back. */
function missingUnits(observed: Observed, units: ReadonlySet<string>): ReadonlySet<string> | undefined {
  const { etcd, sweep } = observed
  const restarting = etcd.kind === 'up' ? etcd.restarting : undefined
  // Without a quorum, those who stand alone know of each other as peers. An election passes for the same, so only sweeps look.
  const standing = etcd.kind === 'down' && sweep ? etcd.standing : undefined
  const members = membersOf(observed) ?? standing
  if (!members) return undefined
  const silent = votersOf(members).filter((member) => !member.responds)
  const missing = silent.flatMap((member) => unitOf(member, units) ?? [])
  return new Set(missing.filter((unit) => unit !== restarting))
}

/** The units that a client waits for: those away, unless the others can restart while they are. */
export function holdsUp(away: Ledger['away'], members: readonly MemberSeen[] | undefined): Ledger['away'] {
  const waited = new Map([...away].filter(([, { answers, without }]) => !answers && !without))
  const voters = members && votersOf(members)
  const enough = voters && voters.filter(({ responds }) => responds).length > quorumOf(voters.length)
  return enough ? new Map() : waited
}

/** In one line: `etcd/1 since 2026-11-26 20:15 UTC`. */
export function describeAbsences(away: Ledger['away']): string {
  const when = (since: number): string => new Date(since).toISOString().slice(0, 16).replace('T', ' ')
  return [...away].map(([unit, { since }]) => `${unit} since ${when(since)} UTC`).join(', ')
}

/** Names of the members that this unit need not wait for before it restarts: only for a client, whom nobody else could serve. */
export function notWaitedFor(observed: Observed): ReadonlySet<string> {
  const { machine, peers } = observed
  const ledger = peers?.ledger
  const waits = ledger && machine.loaded && whyTrustMustGrow(machine, wantedLeaves(observed, ledger))
  if (!waits) return new Set()
  const without = [...ledger.away].filter(([, absence]) => absence.without && !absence.answers)
  return new Set(without.map(([unit]) => memberName(unit)))
}

/**
 * Whether clients are sent to a unit's member: not to one that does not answer and that the others go on without, nor to one that a client
 * of theirs was served without, until it has loaded that client's certificate.
 */
export function takesClients(
  [unit, { databag }]: readonly [string, PeerSeen],
  { away }: Ledger,
  entries: readonly LedgerEntry[],
): boolean {
  const noted = away.get(unit)
  if (noted?.without && !noted.answers) return false
  const trusts = setOf(databag.trusts ?? none)
  return entries.every(
    (entry) => entry.state === 'refused' || !entry.served || trusts.has(shortFingerprint(entry.leaf)),
  )
}

const none: readonly string[] = []
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Made once for all clients: with a thousand of them, once for each would cost a hook a second. */
function setOf(names: readonly string[]): ReadonlySet<string> {
  const known = sets.get(names) ?? new Set(names)
  sets.set(names, known)
  return known
}
