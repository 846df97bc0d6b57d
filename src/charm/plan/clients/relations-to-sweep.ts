// Which relations a sweep looks at. Juju tells of every change by a hook of its own; a sweep is for what hooks don't tell: other
// code, another leader, a grant that came late, a certificate that has ended.

import type { Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import { isWaiting } from './refusals.ts'

/** So many settled relations are looked at in one update-status, which Juju runs about every five minutes. */
export const settledAtOnce = 20
const updateStatusEvery = 300_000

export interface Sweep {
  /** Of the settled relations only some, others the next time: a sweep that comes by the clock must not take longer and longer. */
  readonly byTurns: boolean
  readonly now: number
}

/** `listed` are those that Juju lists; of others only its "relation not found" proves that they have ended. */
export function relationsToSweep(
  ledger: Ledger,
  listed: readonly number[],
  { byTurns, now }: Sweep,
): readonly number[] {
  const recorded = [...ledger.entries.values()]
    .map(({ key }) => key.relation)
    .filter((relation) => ledger.crossModel.get(relation) !== 'suspended')
  const all = [...new Set([...listed, ...recorded])].sort((a, b) => a - b)
  if (!byTurns) return all
  const settled = settledRelations(ledger, new Set(listed), now)
  const turns = all.filter((relation) => settled.has(relation))
  const first = Math.floor(now / updateStatusEvery) * settledAtOnce
  const chosen = Array.from(
    { length: Math.min(settledAtOnce, turns.length) },
    (_, at) => turns[(first + at) % turns.length],
  )
  return all.filter((relation) => !settled.has(relation) || chosen.includes(relation))
}

/** So many are compared in one update-status, and in another sweep: each costs five calls to Juju. */
export const comparedAtOnce = 5
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
  return takeTurns(answered, now, byTurns ? comparedAtOnce : comparedInSweep)
}

function takeTurns(all: readonly number[], now: number, atOnce: number): readonly number[] {
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
  const settled = new Set(silent.keys())
  const others = new Set<number>()
  for (const { key, entry } of entries.values())
    (listed.has(key.relation) && isSettled(entry, now) ? settled : others).add(key.relation)
  return new Set([...settled].filter((relation) => !others.has(relation)))
}

function isSettled(entry: LedgerEntry, now: number): boolean {
  // A grant that comes late is told by no hook; nor is that an operator has removed a user in etcd.
  if (entry.state === 'refused') return !isWaiting(entry.code) && entry.code !== 'common-name-foreign'
  if (!entry.served || entry.answeredAs !== entry.leaf.commonName || entry.retiring) return false
  return entry.leaf.notBefore <= now && now <= entry.leaf.notAfter
}
