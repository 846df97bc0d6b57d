// What the leader notes of a restore in the founding that it is: who founds once nobody else runs, and who is not left out any more.

import type { Founding } from '../../../interfaces/founding.ts'
import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { memberOf, membersOf, unitsThereAre } from '../cluster/members.ts'
import {
  isClaimed,
  isRestorerGone,
  restoresHere,
  restoreUnderWay,
  servesAnew,
  standsStill,
  stillToStop,
} from './under-way.ts'

/** `undefined` where that unit is gone: then what the others have goes on. */
export function planRestored(observed: Observed): readonly Write[] | undefined {
  const founding = observed.peers?.application.founding
  const restore = restoreUnderWay(observed)
  if (!founding || !restore || founding.founder !== undefined) return undefined
  if (isRestorerGone(observed)) return undefined
  if (stillToStop(observed).length > 0) return []
  const born = restoresHere(observed) && isClaimed(observed) && servesAnew(observed)
  const next = { ...founding, founder: restore.unit, ...(born && { born }) }
  return [{ kind: 'founding/write', founding: next, why: `all others stand still for ${restore.snapshot}` }]
}

/** Whoever was left out was told of as before all the while: without a word of its own nobody would look for it until the next sweep. */
export function joinedToTell(observed: Observed): string | undefined {
  const founding = observed.peers?.application.founding
  const wasLeftOut = founding?.restore?.without?.includes(observed.unit) === true
  return wasLeftOut && isClaimed(observed) ? founding?.token : undefined
}

/** Who was left out is one of them again once its old etcd has stopped, or the unit is gone. */
export function leaveNobodyOut(observed: Observed, founding: Founding): readonly Write[] {
  const { restore } = founding
  const { without = [] } = restore ?? {}
  const units = unitsThereAre(observed)
  const members = membersOf(observed) ?? []
  // Those who stop and join in one hook tell nothing between.
  const isBack = (unit: string): boolean =>
    standsStill(observed, unit) ||
    memberOf(members, unit) !== undefined ||
    observed.peers?.units.get(unit)?.databag.joined === founding.token
  const still = without.filter((unit) => units.has(unit) && !isBack(unit))
  if (!restore || still.length === without.length) return []
  const { without: _, ...rest } = restore
  const next = { ...founding, restore: { ...rest, ...(still.length > 0 && { without: still }) } }
  return [{ kind: 'founding/write', founding: next, why: 'who was left out has left its old cluster' }]
}
