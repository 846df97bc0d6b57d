// What the leader has told, or Juju keeps, that this revision can't go by: then the plan is empty, and no action writes beside it.

import type { Observed } from '../observed.ts'
import type { Condition } from '../step.ts'
import { isAheadOfRecord } from './cluster/data.ts'

/** @returns what is told of it; `undefined` where all can be gone by */
export function whatIsBeyondReading(observed: Observed): Condition | undefined {
  const { later, unreadable = [] } = observed.peers?.application ?? {}
  if (later) return isOfALaterCharm
  if (unreadable.length > 0) return isForeign(unreadable)
  return isAheadOfRecord(observed) ? recordIsOlder : undefined
}

/**
 * Why nothing may be ordered on this unit that it would have to carry out for others: on its way out it does no more than to leave, and what
 * it has noted for others may make them wait for it. `undefined` where it stays.
 * @param where the order is to be given instead, once the unit is gone
 */
export function whyNoOrderHere(
  { leaving, unit }: Pick<Observed, 'leaving' | 'unit'>,
  where = 'the new leader',
): string | undefined {
  return leaving ? `${unit} is being removed; run it on ${where} once ${unit} is gone` : undefined
}

/** To go by a part of it would undo the rest. */
const isOfALaterCharm: Condition = {
  status: 'blocked',
  message:
    'the units were told in a format of a later revision of the charm; roll forward: refresh to it again',
  scope: 'unit',
}

/** Written by another revision: to go on as if it were not there would lose whatever it says. */
function isForeign(unreadable: readonly string[]): Condition {
  const what = `this revision can't read what its leader has told of ${unreadable.join(', ')}`
  return { status: 'blocked', message: `${what}; refresh to the revision that wrote it`, scope: 'unit' }
}

/** All that Juju says is of that time: clients and authorities as well. Who serves goes on as it is until the operator has decided. */
export const recordIsOlder: Condition = {
  status: 'blocked',
  message:
    "juju's record of the cluster is older than its data (the controller was restored); run recover-quorum on the leader",
  scope: 'unit',
  stake: 'cluster',
}
