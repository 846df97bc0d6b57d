// Alarms, which go on stopping all writes until somebody takes them back.

import { type Alarm, type MemberId, wholeCluster } from '../../../etcd/types.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { quotaOf } from '../maintenance/quota-of.ts'
import { hasRoom } from '../workload/quota.ts'
import { isInQuestion } from './damage.ts'
import { ownMember } from './members.ts'

/** Until an alarm is taken back etcd refuses all writes, those of the lock to restart among them. */
export function planAlarms(observed: Observed): readonly Step[] {
  const { etcd } = observed
  if (etcd.kind !== 'up' || !etcd.members) return []
  const { members } = etcd
  return (etcd.alarms ?? []).flatMap(({ member, kind: alarm }): readonly Step[] => {
    const why =
      member === wholeCluster
        ? whyOverForAll(observed, members, alarm)
        : members.some(({ id }) => id === member)
          ? whyOver(observed, member, alarm)
          : 'that member is gone'
    return why === undefined ? [] : [{ kind: 'alarm/disarm', member, alarm, why }]
  })
}

/**
 * The leader's to say. Data is compared and no member restarted: at its start one that is right would refuse to run beside one that is
 * not. Where all have the same the alarm says nothing, whoever raised it; where they differ it is what keeps them from going further apart.
 */
function whyOverForAll(
  observed: Observed,
  members: readonly MemberSeen[],
  alarm: Alarm['kind'],
): string | undefined {
  const { etcd, leader } = observed
  if (!leader) return undefined
  if (alarm === 'corrupt')
    return etcd.kind === 'up' && etcd.compared === 'same' ? 'all members have the same data' : undefined
  const answering = members.filter(({ responds }) => responds)
  const room = answering.length > 0 && answering.every((member) => hasRoom(member, quotaOf(member, observed)))
  return room ? 'the database has room' : undefined
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
