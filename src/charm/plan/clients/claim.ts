// Whether an accepted name is this charm's to give: in etcd it must be free, or be that of a user which this charm made. It is asked
// before etcd hears of the new owner, and what was found is on record first, so that what is half made later is known as ours.

import type { AcceptedEntry, LedgerEntry } from '../../../interfaces/ledger.ts'
import { markRole, nameIsOurs } from './naming-guards.ts'
import type { AccessSeen, Observed } from '../../observed.ts'
import { accessOf } from './names.ts'
import { turnAway } from './turn-away.ts'

/** The entry with what is known by now; refused where the name is somebody else's. */
export function claimName(entry: AcceptedEntry, observed: Observed): LedgerEntry {
  const name = entry.leaf.commonName
  const { founding } = observed.peers?.application ?? {}
  // An etcd that is only to be founded, on no data, knows nobody; on data, one has to look first.
  if (!founding) return { ...entry, ours: hasNoData(observed) }
  if (nameIsOurs.holds(entry)) return entry
  const { order } = observed
  if (order?.kind === 'adopt' && order.name.toLowerCase() === name.toLowerCase())
    return { ...entry, ours: true }
  const seen = accessOf(observed, name)
  if (!seen) return entry
  if (!isForeign(seen)) return { ...entry, ours: true }
  return turnAway(entry, { code: 'common-name-foreign', detail: name, wants: name })
}

/** Accepted so far: whether somebody else has the name, etcd has not told yet, and what it tells may take it back. */
export function isUnjudged(entry: LedgerEntry): entry is AcceptedEntry {
  return entry.state === 'accepted' && !nameIsOurs.holds(entry)
}

function hasNoData({ machine, peers }: Observed): boolean {
  return !machine.data && [...(peers?.units.values() ?? [])].every(({ databag }) => databag.data !== true)
}

/** A role without a user, too: somebody's user may hold it. */
export function isForeign({ user, roles, permissions, alike }: AccessSeen): boolean {
  const bears = user ? !roles.includes(markRole) : permissions !== undefined
  return bears || (alike ?? []).length > 0
}
