// A cluster that served, and of whose data no unit has anything. Whether an empty one may take its place is the operator's to say, unless
// all its units were removed: then it is what a new unit is for.

import type { Observed, PeersSeen } from '../../observed.ts'
import type { Condition, Write } from '../../step.ts'

/** No unit that there is has data, as each has told, and the cluster was seen to serve with some. */
export function isDataLost({ machine, peers, unit }: Observed): boolean {
  if (!peers?.application.founding?.born || machine.data) return false
  const blank = [...peers.units].every(([name, { databag }]) => name === unit || databag.data === false)
  return blank && isOwedData(peers.units.keys(), peers)
}

/** One of them ran a member of the cluster, founded it, or had yet to join it when its last member left. */
export function isOwedData(units: Iterable<string>, peers: PeersSeen): boolean {
  const { founder, awaited = [] } = peers.application.founding ?? {}
  return [...units].some(
    (unit) =>
      unit === founder ||
      awaited.includes(unit) ||
      peers.units.get(unit)?.databag.refresh?.runs !== undefined,
  )
}

export const dataIsLost: Condition = {
  status: 'blocked',
  message:
    "no unit has the cluster's data; attach its storage again, or run recover-quorum on the leader to begin empty, then restore a backup",
  scope: 'unit',
  stake: 'cluster',
}

/**
 * What the Juju leader notes where its member leaves with all data that there is, while others have yet to join: that they are not to
 * begin an empty cluster by themselves.
 *
 * @param planned units that Juju plans to have
 */
export function planLastWord({ leader, peers, unit }: Observed, planned: Iterable<string>): readonly Write[] {
  const founding = peers?.application.founding
  const others = [...planned].filter((name) => name !== unit).sort()
  const serves = [...(peers?.units ?? [])].some(
    ([name, { databag }]) => name !== unit && databag.endpoint !== undefined,
  )
  if (!leader || !founding?.born || serves || others.length === 0) return []
  const why = `${others.join(', ')} had yet to join when the last member left`
  return [{ kind: 'founding/write', founding: { ...founding, awaited: others }, why }]
}
