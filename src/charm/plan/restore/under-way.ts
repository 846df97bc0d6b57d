// A restore that is under way: a founding on data that one unit made of a snapshot before anybody stood still. It is put in force when all
// others have told that they do, and until it serves all that was before is there to be taken up again (docs/adr/0033).

import type { Restore } from '../../../interfaces/founding.ts'
import type { Observed, Replaced } from '../../observed.ts'
import { membersOf, unitsThereAre } from '../cluster/members.ts'

export function restoreUnderWay({ peers }: Observed): Restore | undefined {
  const founding = peers?.application.founding
  return founding?.born ? undefined : founding?.restore
}

/** It is this unit that has the data, and etcd was not seen yet to serve with it. */
export function restoresHere(observed: Observed): boolean {
  return restoreUnderWay(observed)?.unit === observed.unit
}

/** Juju has the unit no more that was to restore, as far as this hook can know: the others are about to go on with what they had. */
export function isRestorerGone(observed: Observed): boolean {
  const restore = restoreUnderWay(observed)
  return restore !== undefined && !unitsThereAre(observed).has(restore.unit)
}

/**
 * Units whose etcd may still run on what was before. One that Juju only plans (its machine is pending, or its install hook fails) is none of
 * them: no etcd starts before the leader has signed for it. Data on storage that it is given is of an earlier founding, and is not started.
 */
export function stillToStop(observed: Observed): readonly string[] {
  const { expectedUnits, peers } = observed
  const { certificates, founding } = peers?.application ?? {}
  const { unit, without = [] } = founding?.restore ?? {}
  const signedFor = [...(expectedUnits ?? [])].filter((name) => certificates?.has(name))
  const units = new Set([...signedFor, ...(peers?.units.keys() ?? [])])
  return [...units].sort().filter((name) => {
    return name !== unit && !without.includes(name) && !standsStill(observed, name)
  })
}

/** By its own word, which it takes back before it starts anything. */
export function standsStill({ peers }: Observed, unit: string): boolean {
  const databag = peers?.units.get(unit)?.databag
  return databag?.data === false || databag?.position?.token === peers?.application.founding?.token
}

/** A member of the cluster as it was founded last answers. */
export function servesAnew(observed: Observed): boolean {
  return membersOf(observed)?.some((member) => member.name !== '' && member.responds) === true
}

/** The data here was written by a member of the cluster as it was founded last. */
export function isClaimed({ machine, peers, unit }: Observed): boolean {
  const { claim } = machine
  return claim !== undefined && claim.token === peers?.application.founding?.token && claim.unit === unit
}

/** Data of the cluster as Juju knows it that a restore has taken the place of here, of which Juju does not know (any more). */
export function replacedHere(observed: Observed): Replaced | undefined {
  const { machine, peers, unit } = observed
  const token = peers?.application.founding?.token
  if (token === undefined || machine.claim?.token === token) return undefined
  return machine.replaced.find(({ claim }) => claim.token === token && claim.unit === unit)
}

/** Who founds the cluster. Of a restore its own unit knows first; the others wait for the leader's word. */
export function founderOf(observed: Observed): string | undefined {
  const founder = observed.peers?.application.founding?.founder
  if (founder !== undefined || !restoresHere(observed)) return founder
  return isClaimed(observed) || stillToStop(observed).length === 0 ? observed.unit : undefined
}
