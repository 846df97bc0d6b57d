// A requirer that takes back by itself what it had, a request or a fit certificate: its access ends at once, but it is good for no more
// rolls of the members than one that renews (docs/adr/0021-renewals-are-gathered.md).

import { theOthers } from '../../../interfaces/etcd-client.ts'
import { type AcceptedEntry, type Ledger, ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'
import type { Observed, RelationSeen, RequestSeen } from '../../observed.ts'
import { isBusy } from '../trust/pace.ts'

/** Who comes in the place of what its relation takes back is no newcomer for whom members roll at once. */
export function isRestless(relation: number, seen: RelationSeen, { departed, entries }: Ledger): boolean {
  const asked = seen.kind === 'requests' ? new Set(seen.requests.map((row) => row.asked.request)) : undefined
  const loses = [...entries.values()].some(
    ({ key, entry }) => key.relation === relation && entry.state === 'accepted' && !asked?.has(key.request),
  )
  return loses || [...departed.values()].some((one) => one.relation === relation)
}

/**
 * What the same client had by an id that its relation does not ask with any more: a v1 request gets another one with another prefix. By what
 * it offers it is known by its name; while that can't be read or is not valid yet, by being the only new one where only one ended.
 */
export function movedFrom(
  key: RequestKey,
  { certificate }: RequestSeen,
  seen: Extract<RelationSeen, { kind: 'requests' }>,
  { entries }: Ledger,
): AcceptedEntry | undefined {
  const { relation } = key
  const asked = new Set(seen.requests.map((row) => row.asked.request))
  const ended = [...entries.values()].flatMap(({ key: former, entry }) =>
    former.relation === relation && former.request !== theOthers && !asked.has(former.request) ? [entry] : [],
  )
  const news = [...asked].filter((request) => !entries.has(ledgerKey({ relation, request })))
  const name = certificate.kind === 'leaf' ? certificate.leaf.commonName : undefined
  const isOnlyOne = name === undefined && ended.length === 1 && news.length === 1
  for (const entry of ended) {
    if (entry.state !== 'accepted' || !(isOnlyOne || entry.leaf.commonName === name)) continue
    // By this one it was never answered.
    const { answeredAs: _former, ...moved } = entry
    return { ...moved, served: false }
  }
  return undefined
}

/** Names that nobody else waits for and whose last streams may go on until members restart for renewals again. */
export function namesInNoHurry(observed: Observed, { departed, entries }: Ledger): ReadonlySet<string> {
  if (departed.size === 0 || !isBusy(observed)) return new Set()
  const wants = [...entries.values()].flatMap(({ key: { relation }, entry }) =>
    entry.state === 'refused' && entry.wants ? [{ relation, name: entry.wants.toLowerCase() }] : [],
  )
  const isWanted = (name: string, by: number): boolean =>
    wants.some((one) => one.name === name.toLowerCase() && one.relation !== by)
  const rows = [...departed].filter(([name, { gathered, relation }]) => gathered && !isWanted(name, relation))
  return new Set(rows.map(([name]) => name))
}
