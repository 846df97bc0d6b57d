// Who is a member: each unit adds itself as a learner, starts, and votes once it has caught up; it makes way for itself when
// its data is lost; and the Juju leader removes members of units that are no more. One change at a time, each looked at anew.

import { lastVoterStays, membersAreHealthy, oneLearnerAtATime, quorumSurvivesRemoval } from '../guards.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import type { Step } from '../step.ts'
import { dataOf, isLeftBehind } from './data.ts'
import { membersOf, ownMember, peerUrlOf, unitOf } from './members.ts'

export function planMembership(observed: Observed): readonly Step[] {
  const members = membersOf(observed)
  if (!members || !observed.peers || !observed.addresses || !observed.machine.workload) return []
  const own = ownMember(observed)
  const step = own ? changeOwn(observed, members, own) : join(observed, members)
  return step ? [step] : removeStale(observed, members).slice(0, 1)
}

function changeOwn(observed: Observed, members: readonly MemberSeen[], own: MemberSeen): Step | undefined {
  const { addresses, etcd } = observed
  if (!addresses) return undefined
  const data = dataOf(observed)
  if (own.name !== '' && data === 'none')
    return removal(members, own, "this member's data is lost; it joins anew")
  if (isLeftBehind(observed))
    return own.name === '' ? setAside : removal(members, own, 'its storage holds other data; it joins anew')
  if (own.learner) {
    const why = 'it has caught up'
    return etcd.kind === 'up' && etcd.here ? { kind: 'member/promote', member: own.id, why } : undefined
  }
  const peerUrls = [peerUrlOf(addresses)]
  if (own.peerUrls.join(' ') === peerUrls.join(' ')) return undefined
  return { kind: 'member/update', member: own.id, peerUrls, why: 'its address has changed' }
}

function join(observed: Observed, members: readonly MemberSeen[]): Step | undefined {
  const { addresses, machine, peers, unit } = observed
  if (!addresses || observed.etcd.kind !== 'up') return undefined
  // What the founder has, goes on under another name for a moment.
  if (machine.data)
    return peers?.application.founding?.founder === unit && !peers.application.founding.born
      ? undefined
      : setAside
  if (!oneLearnerAtATime.holds(members) || !membersAreHealthy.holds(members)) return undefined
  return { kind: 'member/add', peerUrls: [peerUrlOf(addresses)], why: `${unit} joins as a learner` }
}

const setAside: Step = {
  kind: 'data/set-aside',
  why: 'it is of a member that this cluster does not have',
}

/** Of units that Juju has no more; who merely is away for a while stays, and who is on its way out still sees to its own. */
function removeStale(observed: Observed, members: readonly MemberSeen[]): readonly Step[] {
  const { leader, peers } = observed
  if (!leader || !observed.expectedUnits) return []
  const expectedUnits = new Set([...observed.expectedUnits, ...(peers?.units.keys() ?? [])])
  return members
    .filter((member) => member.name !== '' && unitOf(member, expectedUnits) === undefined)
    .flatMap((member) => removal(members, member, `${member.name} belongs to no unit any more`) ?? [])
}

/** What a unit on its way out does about its own member. */
export function planDeparture(members: readonly MemberSeen[], own: MemberSeen): Step | undefined {
  return removal(members, own, 'its unit is being removed')
}

function removal(members: readonly MemberSeen[], member: MemberSeen, why: string): Step | undefined {
  if (!lastVoterStays.holds(members, member) || !quorumSurvivesRemoval.holds(members, member))
    return undefined
  return { kind: 'member/remove', member: member.id, why }
}
