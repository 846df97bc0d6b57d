// Alarms, which go on stopping all writes until somebody takes them back.

import type { Alarm, MemberId } from '../../../etcd/types.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { hasRoom } from '../workload/quota.ts'
import { isInQuestion } from './damage.ts'
import { ownMember } from './members.ts'

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
