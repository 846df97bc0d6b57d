// Which relations a sweep looks at. Juju tells of every change by a hook of its own; a sweep is for what hooks don't tell: other
// code, another leader, a grant that came late, a certificate that has ended.

import { isOperators } from '../../../interfaces/operator-client.ts'
import type { Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import { isWaiting } from './refusals.ts'

/**
 * So many settled relations are looked at in every second update-status, which Juju runs about every five minutes; in the others so many answers are
 * compared with what Juju holds. A controller takes 50 to 150 ms to tell a secret, and tells one after the other (measured on 4.0.14).
 */
export const settledAtOnce = 1
export const comparedAtOnce = 1
/** And of others, which may wait for ever, so many requests: each costs a call to Juju, and a trial of its certificate. */
export const requestsAtOnce = 100
/** Milliseconds. */
export const updateStatusEvery = 300_000

/** Which of the two this update-status does. */
export function looksAtSettled(now: number): boolean {
  return Math.floor(now / updateStatusEvery) % 2 === 0
}

export interface Sweep {
  /** Only some, others the next time: a sweep that comes by the clock must not take longer and longer. */
  readonly byTurns: boolean
  readonly now: number
}

/** `listed` are those that Juju lists; of others only its "relation not found" proves that they have ended. */
export function relationsToSweep(
  ledger: Ledger,
  listed: readonly number[],
  { byTurns, now }: Sweep,
): readonly number[] {
  const asking = [...ledger.entries.values()].flatMap(({ key }) => (isOperators(key) ? [] : [key.relation]))
  // One that asked for nothing may have ended while nobody led, too.
  const recorded = [...asking, ...ledger.silent.keys(), ...ledger.crossModel.keys()].filter(
    (relation) => ledger.crossModel.get(relation) !== 'suspended',
  )
  const all = [...new Set([...listed, ...recorded])].sort((a, b) => a - b)
  if (!byTurns) return all
  const known = new Set(listed)
  const settled = settledRelations(ledger, known, now)
  const requests = requestsOf(ledger)
  const [turns, others] = [
    all.filter((relation) => settled.has(relation)),
    all.filter((relation) => !settled.has(relation) && known.has(relation) && requests.has(relation)),
  ]
  const chosen = new Set([
    ...takeTurns(turns, now, settledAtOnce, looksAtSettled(now)),
    ...takeTurnsByRequests(others, now, requests),
    // Whether its key is still there is told by its answer, and whether it takes another one only by itself.
    ...relationsToCompare(ledger, listed, { byTurns, now }).filter((one) => ledger.crossModel.has(one)),
  ])
  const byTheirTurn = new Set([...turns, ...others])
  return all.filter((relation) => chosen.has(relation) || !byTheirTurn.has(relation))
}

/** So many answers are compared in a sweep that does not come by turns: each costs three calls to Juju. */
export const comparedInSweep = 100

/** Of the relations that Juju lists, those whose answer is compared with what it holds. */
export function relationsToCompare(
  { answers, crossModel }: Ledger,
  listed: readonly number[],
  { byTurns, now }: Sweep,
): readonly number[] {
  const answered = listed
    .filter(
      (relation) =>
        (answers.has(relation) || crossModel.has(relation)) && crossModel.get(relation) !== 'suspended',
    )
    .toSorted((a, b) => a - b)
  if (!byTurns) return takeSome(answered, now, comparedInSweep)
  return takeTurns(answered, now, comparedAtOnce, !looksAtSettled(now))
}

function requestsOf({ entries }: Ledger): ReadonlyMap<number, number> {
  const requests = new Map<number, number>()
  for (const { key } of entries.values()) requests.set(key.relation, 1 + (requests.get(key.relation) ?? 0))
  return requests
}

/** Whole relations, at least one of them, each time from the next one on. */
function takeTurnsByRequests(
  all: readonly number[],
  now: number,
  requests: ReadonlyMap<number, number>,
): readonly number[] {
  const first = Math.floor(now / updateStatusEvery) % Math.max(1, all.length)
  let left = requestsAtOnce
  return [...all.slice(first), ...all.slice(0, first)].filter((relation, at) => {
    left -= requests.get(relation) ?? 1
    return at === 0 || left >= 0
  })
}

/** In every second update-status; of what each has room for, always all. */
function takeTurns(all: readonly number[], now: number, atOnce: number, due: boolean): readonly number[] {
  return due || all.length <= atOnce ? takeSome(all, now / 2, atOnce) : []
}

/** Each time from the next one on. */
function takeSome(all: readonly number[], now: number, atOnce: number): readonly number[] {
  if (all.length <= atOnce) return all
  const first = Math.floor(now / updateStatusEvery) * atOnce
  const chosen = new Set(Array.from({ length: atOnce }, (_, at) => all[(first + at) % all.length]))
  return all.filter((relation) => chosen.has(relation))
}

/** Those that nothing but a hook of their own can move: silent, refused for good, or served and answered by a valid certificate. */
function settledRelations(
  { entries, silent }: Ledger,
  listed: ReadonlySet<number>,
  now: number,
): ReadonlySet<number> {
  const settled = new Set([...silent.keys()].filter((relation) => listed.has(relation)))
  const others = new Set<number>()
  for (const { key, entry } of entries.values())
    (listed.has(key.relation) && isSettled(entry, now) ? settled : others).add(key.relation)
  return new Set([...settled].filter((relation) => !others.has(relation)))
}

/** No hook tells that an operator has removed a user in etcd, or that a clock which was ahead is right again. */
const movesUntold: ReadonlySet<string> = new Set(['certificate-expired', 'common-name-foreign'])

/** A grant that comes late is told by no hook either. */
function isSettled(entry: LedgerEntry, now: number): boolean {
  if (entry.state === 'refused') return !isWaiting(entry.code) && !movesUntold.has(entry.code)
  if (entry.pending || !entry.served || entry.answeredAs !== entry.leaf.commonName || entry.retiring)
    return false
  return entry.leaf.notBefore <= now && now <= entry.leaf.notAfter
}
