// A requirer that takes back by itself what it had, a request or a fit certificate: its access ends at once, but it is good for no more
// rolls of the members than one that renews (docs/adr/0021-renewals-are-gathered.md).

import type { Ledger } from '../../../interfaces/ledger.ts'
import type { Observed, RelationSeen } from '../../observed.ts'
import { isBusy } from '../trust/pace.ts'

/** Who comes in the place of what its relation takes back is no newcomer for whom members roll at once. */
export function isRestless(relation: number, seen: RelationSeen, { departed, entries }: Ledger): boolean {
  const asked = seen.kind === 'requests' ? new Set(seen.requests.map((row) => row.asked.request)) : undefined
  const loses = [...entries.values()].some(
    ({ key, entry }) => key.relation === relation && entry.state === 'accepted' && !asked?.has(key.request),
  )
  return loses || [...departed.values()].some((one) => one.relation === relation)
}

/** Names that nobody else waits for and whose last streams may go on until members restart for renewals again. */
export function namesInNoHurry(observed: Observed, { departed, entries }: Ledger): ReadonlySet<string> {
  if (departed.size === 0 || !isBusy(observed)) return new Set()
  const wanted = new Set(
    [...entries.values()].flatMap(({ entry }) =>
      entry.state === 'refused' && entry.wants ? [entry.wants.toLowerCase()] : [],
    ),
  )
  const rows = [...departed].filter(([name, { gathered }]) => gathered && !wanted.has(name.toLowerCase()))
  return new Set(rows.map(([name]) => name))
}
