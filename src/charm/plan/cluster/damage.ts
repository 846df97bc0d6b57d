// Members whose data is at fault. A member whose etcd does not start on its data, and says why, makes way and joins anew, as long as
// the others are enough without it; on doubt nobody touches anything. An alarm alone is doubt (etcd 3.6.4 lets every user raise one):
// the member starts anew, compares itself with the others as it does so, and refuses to run where it differs indeed.

import { type Alarm, type MemberId, wholeCluster } from '../../../etcd/types.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, Step } from '../../step.ts'
import { dataOf } from './data.ts'
import { ownMember } from './members.ts'

/** In etcd's own words. */
export function whyDamaged(observed: Observed): string | undefined {
  return dataOf(observed) === 'ours' ? observed.machine.damage : undefined
}

/** This unit is to found the cluster on the data that it has, and can't: nothing comes of that founding. */
export function isFoundedOnDamage({ machine, peers, unit }: Observed): boolean {
  const { founder, born, restore } = peers?.application.founding ?? {}
  return founder === unit && !born && !restore && machine.damage !== undefined
}

/** No other unit has data of the cluster, as each has told. */
export function isOnlyData({ peers, unit }: Observed): boolean {
  return [...(peers?.units ?? [])].every(([name, { databag }]) => name === unit || databag.data === false)
}

export function describeDamage(observed: Observed, words: string): Condition {
  const remedy = remedyFor(observed)
  const message = `etcd can't run on its data (${words}); ${remedy}`
  return { status: 'blocked', message, scope: 'unit', stake: 'member' }
}

/** Data that is there is never taken away by itself, damaged or not: who founds waits for its operator. */
export function remedyFor(observed: Observed): string {
  const only = isOnlyData(observed)
  if (!isFoundedOnDamage(observed))
    return only
      ? 'no other unit has this data: restore a backup, by the action restore'
      : 'it joins anew once the others have a quorum; where they are gone, run recover-quorum on the leader'
  // Who restores is the leader, and of another unit's damage it knows nothing.
  const restores = observed.leader ? 'restore a backup, by the action restore; or ' : ''
  return only
    ? `${restores}move that data away, and an empty cluster begins`
    : `${restores}run recover-quorum on the leader again, to go on with what another unit has`
}

/** Those that are not counted on when another is to make way. */
export function corruptMembers({ etcd }: Observed): ReadonlySet<MemberId> {
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  return new Set(
    alarms.flatMap(({ kind, member }) => (kind === 'corrupt' && member !== wholeCluster ? [member] : [])),
  )
}

/** Of an alarm that data differs and not whose: no member is known to be right. */
export function isAnyInQuestion(alarms: readonly Alarm[]): boolean {
  return alarms.some(({ kind, member }) => kind === 'corrupt' && member === wholeCluster)
}

/** etcd has an alarm that this unit's own data differs. */
export function isOwnAlarmed(observed: Observed): boolean {
  const own = ownMember(observed)
  return own !== undefined && corruptMembers(observed).has(own.id)
}

/** Its data is in question, by an alarm or by the note of one that was taken back, and it runs: it is to compare itself with the others. */
export function isInQuestion(observed: Observed): boolean {
  const { doubt, service } = observed.machine
  return service === 'active' && (doubt !== undefined || isOwnAlarmed(observed))
}

/** Before the alarm is taken back, which nothing else remembers. */
export function planDoubt(observed: Observed): readonly Step[] {
  const { doubt, run, service } = observed.machine
  const { invocation } = run
  if (service !== 'active' || !isOwnAlarmed(observed) || doubt?.invocation === invocation) return []
  return [{ kind: 'data/doubt', doubt: { invocation }, why: 'its data is in question until it starts anew' }]
}
