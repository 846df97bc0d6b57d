// Whose access ends although they still ask for it: those that the operator has revoked, those that have every key and may not any more, and
// those whose relation has been suspended for too long. Juju shows no difference between a relation that is suspended and one that the other side keeps from ending
// (docs/adr/0025-end-of-access.md): so it must not depend on the one who loses it.

import type { Ledger, LedgerEntry, RequestKey, Suspension } from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import type { Observed } from '../../observed.ts'
import { prefixIsNotEmpty } from './guards.ts'
import { turnAway } from './turn-away.ts'

/** So long after its access has ended nothing is kept of a relation of which Juju never tells whether it was removed. */
const keptMs = 30 * 24 * 60 * 60 * 1000

/**
 * On 4.0 a relation that is suspended and then removed is never heard of again: each would cost every hook a call, and its rows and secrets
 * would stay for good. If it is resumed after all, it is a new one; only what the operator revoked is not forgotten.
 */
export function forgetSuspended(before: Ledger, observed: Observed): Observed {
  const { relations, gone, suspended } = observed.clients
  const wanted = new Set(
    [...before.entries.values()].flatMap(({ key, entry }) =>
      entry.state === 'accepted' ? [key.relation] : [],
    ),
  )
  const over = [...before.suspensions].flatMap(([relation, suspension]) =>
    !suspension.shown &&
    !wanted.has(relation) &&
    !relations.has(relation) &&
    endOfSuspension(suspension, observed) + keptMs <= observed.now
      ? [relation]
      : [],
  )
  if (over.length === 0) return observed
  const left = new Set([...suspended].filter((relation) => !over.includes(relation)))
  return { ...observed, clients: { ...observed.clients, gone: new Set([...gone, ...over]), suspended: left } }
}

/** Since when relations are suspended, this hook's among them. */
export function suspensionsOf(before: Ledger, observed: Observed): ReadonlyMap<number, Suspension> {
  const { granted, suspended } = observed.clients
  const rows = [...suspended].map((relation): readonly [number, Suspension] => [
    relation,
    notAhead(before.suspensions.get(relation), observed) ?? {
      since: observed.now,
      shown: granted.has(relation),
    },
  ])
  // One that nobody looked at in this hook is suspended as it was.
  const others = [...before.suspensions].filter(
    ([relation]) =>
      !suspended.has(relation) &&
      before.crossModel.get(relation) === 'suspended' &&
      !observed.clients.gone.has(relation) &&
      !observed.clients.relations.has(relation),
  )
  return new Map([...rows, ...others].sort(([a], [b]) => a - b))
}

/** A clock that was wrong when it was noted, or another leader's, gives nobody more time than from now on. */
function notAhead(noted: Suspension | undefined, { now }: Observed): Suspension | undefined {
  return noted && { ...noted, since: Math.min(noted.since, now) }
}

/** In milliseconds since 1970: when the access of a suspended relation ends. */
export function endOfSuspension({ since }: Suspension, { config }: Observed): number {
  return since + config.inForce['suspended-access-minutes'] * 60_000
}

export function nextRevoked(before: Ledger, { clients, order }: Observed): Ledger['revoked'] {
  const revoked = new Map([...before.revoked].filter(([relation]) => !clients.gone.has(relation)))
  if (order?.kind !== 'revoke' && order?.kind !== 'allow') return revoked
  const name = order.commonName.toLowerCase()
  if (order.kind === 'revoke') {
    for (const relation of relationsOf(before, name))
      revoked.set(relation, [...new Set([...(revoked.get(relation) ?? []), name])].sort())
    return revoked
  }
  for (const [relation, names] of revoked) {
    const left = names.filter((one) => one !== name)
    if (left.length > 0) revoked.set(relation, left)
    else revoked.delete(relation)
  }
  return revoked
}

/** Those that have the name, compared without case. */
function relationsOf({ entries }: Ledger, name: string): readonly number[] {
  return [...entries.values()].flatMap(({ key, entry }) =>
    // Of an operator's the name is free once it is let go of.
    !isOperators(key) && entry.state === 'accepted' && entry.leaf.commonName.toLowerCase() === name
      ? [key.relation]
      : [],
  )
}

/**
 * The entry as it is, or refused where its access has ended. That is asked of every client, whatever it offers now and whether or not its
 * relation was looked at: no requirer keeps every key by a secret that can't be read.
 */
export function endAccessOf(
  key: RequestKey,
  entry: LedgerEntry,
  { revoked, suspensions }: Ledger,
  observed: Observed,
): LedgerEntry {
  if (entry.state === 'refused') return entry
  const { commonName } = entry.leaf
  if (revoked.get(key.relation)?.includes(commonName.toLowerCase()))
    return turnAway(entry, { code: 'access-revoked', detail: commonName })
  if (!prefixIsNotEmpty.holds(entry.prefix, observed.config.inForce['allow-full-keyspace']))
    return turnAway(entry, { code: 'full-keyspace-refused', detail: '' })
  const suspension = suspensions.get(key.relation)
  if (suspension && endOfSuspension(suspension, observed) <= observed.now)
    return turnAway(entry, { code: 'relation-suspended', detail: commonName })
  return entry
}
