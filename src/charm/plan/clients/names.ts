// What becomes of a common name when its owner has lost it: its user and role go from etcd, and no member may trust it any more,
// before it is anybody else's.

import type { Departure, Ledger } from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import { prefixIsNotEmpty } from './guards.ts'
import { nameIsOurs } from './naming-guards.ts'
import type { AccessSeen, Observed } from '../../observed.ts'
import { isOwnLoss } from '../trust/pace.ts'
import type { Rules } from './judge-request.ts'
import { memberOf, membersOf } from '../cluster/members.ts'
import { wantedWorkload } from '../workload/wanted.ts'

/** Common names that nobody owns any more and whose user or role, which this charm made, may still be in etcd. */
export function commonNamesLeaving(before: Ledger, after: Ledger, observed: Observed): Set<string> {
  const owned = new Set(ownedNames(after))
  const orphans = observed.etcd.kind === 'up' ? observed.etcd.orphans : []
  const candidates = new Set([...before.leaving, ...namesOfOurs(before), ...orphans])
  const leaving = [...candidates].filter((name) => {
    const access = accessOf(observed, name)
    return !owned.has(name) && !(access && !access.user && access.permissions === undefined)
  })
  return new Set(leaving.sort())
}

/** Names that some member may still trust by a certificate of their last owner; `after` says who owns what and which are leaving. */
export function namesDeparted(
  before: Ledger,
  after: Ledger,
  observed: Observed,
  { allowFullKeyspace, paced }: Pick<Rules, 'allowFullKeyspace' | 'paced'>,
): Map<string, Departure> {
  const owned = new Set(ownedNames(after))
  const number = nextDeparture(before, observed)
  const departed = new Map([...before.departed].filter(([name]) => !owned.has(name)))
  for (const [name, { key, entry }] of before.entries) {
    if (entry.state !== 'accepted' || owned.has(entry.leaf.commonName)) continue
    const { leaf, prefix } = entry
    const { relation } = key
    const ownWill =
      !isOperators(key) && !observed.clients.gone.has(relation) && isOwnLoss(after.entries.get(name)?.entry)
    // Of every key, which the operator no longer gives, no stream goes on for long.
    const mayWait = ownWill && prefixIsNotEmpty.holds(prefix, allowFullKeyspace)
    const gathered = mayWait && paced.has(relation) && { gathered: true }
    departed.set(leaf.commonName, { number, relation, prefix, ...gathered })
  }
  if (departed.size === 0) return departed
  const letGoHere = hasLetGo(observed, { ...after, departed })
  const rows = [...departed].filter(
    ([name, since]) =>
      after.leaving.has(name) || !letGoHere || unitsThatTrust(since.number, observed).length > 0,
  )
  return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Higher than any that a unit can have told: what it told was of a view without this departure. */
function nextDeparture({ departed }: Ledger, { peers }: Observed): number {
  const told = [...(peers?.units.values() ?? [])].map(({ databag }) => databag.released ?? 0)
  return 1 + Math.max(0, ...told, ...numbersOf(departed))
}

function numbersOf(departed: Ledger['departed']): readonly number[] {
  return [...departed.values()].map(({ number }) => number)
}

/**
 * The other units whose etcd may trust a name that departed under this number. A member that is away counts: it comes back as it was. One
 * without certificates does not: it finds them beside a ledger in which the name has departed.
 */
export function unitsThatTrust(since: number, observed: Observed): readonly string[] {
  const { expectedUnits, peers, unit } = observed
  const members = membersOf(observed)
  const isGone = (name: string): boolean =>
    expectedUnits?.has(name) === false && members !== undefined && !memberOf(members, name)
  return [...(peers?.units ?? [])].flatMap(([name, { databag }]) => {
    if (name === unit || !peers?.application.certificates.has(name)) return []
    return (databag.released ?? 0) >= since || isGone(name) ? [] : [name]
  })
}

/** Neither the etcd that runs here trusts a departed name, nor would the one that is started next. */
export function hasLetGo(observed: Observed, ledger: Ledger): boolean {
  const { files, loaded, service } = observed.machine
  const wanted = wantedWorkload(observed, ledger)?.files.truststore
  if (files.truststore !== undefined && files.truststore !== wanted) return false
  if (service !== 'active') return true
  return loaded?.leaves.every(({ commonName }) => !ledger.departed.has(commonName)) === true
}

/** The last departure that this unit has followed; as it told before where there is none that it could follow. */
export function released(observed: Observed): number | undefined {
  const { peers, unit } = observed
  const told = peers?.units.get(unit)?.databag.released
  if (!peers || peers.ledger.departed.size === 0 || !hasLetGo(observed, peers.ledger)) return told
  return Math.max(told ?? 0, ...numbersOf(peers.ledger.departed))
}

export function ownedNames(ledger: Ledger): readonly string[] {
  return [...ledger.entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' ? [entry.leaf.commonName] : [],
  )
}

function namesOfOurs(ledger: Ledger): readonly string[] {
  return [...ledger.entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' && nameIsOurs.holds(entry) ? [entry.leaf.commonName] : [],
  )
}

export function accessOf(observed: Observed, commonName: string): AccessSeen | undefined {
  return observed.etcd.kind === 'up' ? observed.etcd.access?.get(commonName) : undefined
}
