// Which secrets of ours nobody needs any more: those of requests that ended, until update-status removes them.

import { type Ledger, ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'

/** Each costs Juju a call or more for each of its secrets; the rest goes with the next update-status. */
export const collectedAtOnce = 100

/** A request that came back meanwhile has its secrets again. */
function collectedNow(committed: Ledger, entries: Ledger['entries'], { collect }: Observed) {
  const rows = [...committed.collectable].filter(([name]) => !entries.has(name))
  return collect ? rows.slice(0, collectedAtOnce) : []
}

/** Not in the hook in which a relation breaks: a unit of the requirer may still read them (facts/etcd-client.md §5.17). */
export function secretsToCollect(
  committed: Ledger,
  entries: Ledger['entries'],
  observed: Observed,
): Map<string, RequestKey> {
  const now = new Set(collectedNow(committed, entries, observed).map(([name]) => name))
  const kept = [...committed.collectable].filter(([name]) => !entries.has(name) && !now.has(name))
  const ended = [...committed.entries].filter(
    ([name, { key, entry }]) => (entry.answeredAs !== undefined || isOperators(key)) && !entries.has(name),
  )
  const encrypted = [...committed.crossModel.keys()]
    .filter((relation) => observed.clients.gone.has(relation))
    .map((relation) => ({ relation, request: '' }))
  return new Map([
    ...kept,
    ...ended.map(([name, { key }]) => [name, key] as const),
    ...encrypted.map((key) => [ledgerKey(key), key] as const),
  ])
}

export function planCollection(observed: Observed, ledger: Ledger): readonly Write[] {
  if (!observed.peers || !observed.leader || observed.leaving) return []
  const requests = collectedNow(observed.peers.ledger, ledger.entries, observed).map(([, key]) => key)
  // A requirer of another model that goes from v0 to v1 ends its only request, and not the relation: it encrypts by the same key.
  const ended = requests.flatMap(({ relation, request }) =>
    request === '' && !ledger.crossModel.has(relation) ? [relation] : [],
  )
  return requests.length === 0 ? [] : [{ kind: 'secrets/collect', requests, ended, why: 'they have ended' }]
}
