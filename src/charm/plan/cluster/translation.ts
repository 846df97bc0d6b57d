// Peers behind address translation. A member that can't be reached by its peers, or can't reach them, is no member: so a unit does not
// join that the others would turn away, and the status names the cause, which etcd tells in the log of the other machine alone.

import { certificateNamesAddress } from '../certificates/guards.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'

/** Peer URLs of members that turn this unit away. */
export function turnedAwayBy({ etcd }: Observed): readonly string[] {
  return etcd.kind === 'up' ? (etcd.translated?.closing ?? []) : []
}

export function translationConditions(observed: Observed): readonly Condition[] {
  const { etcd } = observed
  // Of one that has moved it is true as well, until the leader has signed.
  if (etcd.kind !== 'up' || !etcd.translated || !certificateNamesAddress.holds(observed)) return []
  const { closing, rejected } = etcd.translated
  const remedy = 'see the option peer-address-check'
  const told: Condition[] = []
  if (closing.length > 0) {
    const where = `${closing.join(', ')} ${closing.length === 1 ? 'turns' : 'turn'} this unit away`
    const why =
      'its connections come from an address that its certificate does not name (address translation?)'
    told.push({ status: 'blocked', message: `${where}: ${why}; ${remedy}`, scope: 'unit' })
  }
  if (rejected.length > 0) {
    const what = `etcd rejects a peer that comes from ${rejected.join(', ')}`
    const why = "which that peer's certificate does not name (address translation?)"
    told.push({
      status: etcd.here ? 'active' : 'blocked',
      message: `${what}, ${why}; ${remedy}`,
      scope: 'unit',
    })
  }
  return told
}
