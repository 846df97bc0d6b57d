// Members whose data is at fault: etcd doesn't start on it and says why, or has compared it with the others' and raised an alarm.
// Such a member makes way and joins anew, as long as the others are enough without it; on doubt nobody touches anything.

import type { MemberId } from '../../etcd/types.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import type { Step } from '../step.ts'
import { dataOf } from './data.ts'

/** In etcd's own words. */
export function whyDamaged(observed: Observed, own: MemberSeen): string | undefined {
  const { damage } = observed.machine
  if (damage !== undefined && dataOf(observed) === 'ours') return damage
  return corruptMembers(observed).has(own.id) ? 'etcd found it to differ from the others' : undefined
}

/** Those that are not counted on when another is to make way. */
export function corruptMembers({ etcd }: Observed): ReadonlySet<MemberId> {
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  return new Set(alarms.filter(({ kind }) => kind === 'corrupt').map(({ member }) => member))
}

/** Alarms of members that are no more: until one is taken back, etcd refuses everything. Whoever sees it does it. */
export function planAlarms(observed: Observed): readonly Step[] {
  const { etcd } = observed
  if (etcd.kind !== 'up' || !etcd.members) return []
  const members = new Set(etcd.members.map(({ id }) => id))
  return [...corruptMembers(observed)]
    .filter((member) => !members.has(member))
    .map((member) => ({ kind: 'alarm/disarm', member, why: 'the member that it was for is gone' }))
}
