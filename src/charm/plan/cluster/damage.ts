// Members whose data is at fault. A member whose etcd does not start on its data, and says why, makes way and joins anew, as long as
// the others are enough without it; on doubt nobody touches anything. An alarm alone is doubt (etcd 3.6.4 lets every user raise one):
// the member starts anew, compares itself with the others as it does so, and refuses to run where it differs indeed.

import type { Alarm, MemberId } from '../../../etcd/types.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { dataOf } from './data.ts'
import { ownMember } from './members.ts'
import { hasRoom } from '../workload/quota.ts'

/** In etcd's own words. */
export function whyDamaged(observed: Observed): string | undefined {
  return dataOf(observed) === 'ours' ? observed.machine.damage : undefined
}

/** Those that are not counted on when another is to make way. */
export function corruptMembers({ etcd }: Observed): ReadonlySet<MemberId> {
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  return new Set(alarms.filter(({ kind }) => kind === 'corrupt').map(({ member }) => member))
}

/** Its data is in question, and it runs: it is to compare itself with the others. */
export function isInQuestion(observed: Observed): boolean {
  const own = ownMember(observed)
  return own !== undefined && observed.machine.service === 'active' && corruptMembers(observed).has(own.id)
}

/** Until an alarm is taken back etcd refuses all writes, those of the lock to restart among them. */
export function planAlarms(observed: Observed): readonly Step[] {
  const { etcd } = observed
  if (etcd.kind !== 'up' || !etcd.members) return []
  const members = new Set(etcd.members.map(({ id }) => id))
  return (etcd.alarms ?? []).flatMap(({ member, kind: alarm }): readonly Step[] => {
    const why = members.has(member) ? whyOver(observed, member, alarm) : 'that member is gone'
    return why === undefined ? [] : [{ kind: 'alarm/disarm', member, alarm, why }]
  })
}

/** Each member's own to say: it knows what its etcd was started with. */
function whyOver(observed: Observed, member: MemberId, alarm: Alarm['kind']): string | undefined {
  const own = ownMember(observed)
  if (own?.id !== member) return undefined
  if (alarm === 'corrupt')
    return isInQuestion(observed) ? 'this member compares itself with the others now' : undefined
  const { loaded } = observed.machine
  return loaded && hasRoom(own, loaded.quota) ? 'the database has room again' : undefined
}
