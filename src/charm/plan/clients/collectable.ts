// Which secrets of ours nobody needs any more: those of requests that ended, until update-status removes them.

import { type Ledger, ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'
import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'

/** Not in the hook in which a relation breaks: a unit of the requirer may still read them (facts/etcd-client.md §5.17). */
export function secretsToCollect(
  committed: Ledger,
  entries: Ledger['entries'],
  observed: Observed,
): Map<string, RequestKey> {
  const kept = observed.collect ? [] : [...committed.collectable].filter(([name]) => !entries.has(name))
  const ended = [...committed.entries].filter(
    ([name, { entry }]) => entry.answeredAs !== undefined && !entries.has(name),
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

/** A request that came back meanwhile has its secrets again. */
export function planCollection(observed: Observed, ledger: Ledger): readonly Write[] {
  const collectable = [...(observed.peers?.ledger.collectable ?? [])]
  const requests = collectable.flatMap(([name, key]) => (ledger.entries.has(name) ? [] : [key]))
  if (!observed.collect || !observed.leader || observed.leaving || requests.length === 0) return []
  return [{ kind: 'secrets/collect', requests, why: 'their relations have ended' }]
}
