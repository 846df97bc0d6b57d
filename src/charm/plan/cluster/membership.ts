// Who is a member: each unit adds itself as a learner, starts, and votes once it has caught up; it makes way for itself when
// its data is lost; and the Juju leader removes members of units that are no more. One change at a time, each looked at anew.

import type { UnitAddresses } from '../../../interfaces/etcd-peers.ts'
import {
  isNotOlder,
  lastVoterStays,
  learnersAreFew,
  peerUrlIsKnown,
  quorumSurvivesRemoval,
  votersAreHealthy,
} from './guards.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { corruptMembers, isAnyInQuestion, whyDamaged } from './damage.ts'
import { dataOf, isLeftBehind } from './data.ts'
import { founderOf } from '../restore/under-way.ts'
import { membersOf, ownMember, peerUrlOf, unitOf, unitsThereAre } from './members.ts'
import { turnedAwayBy } from './translation.ts'

export function planMembership(observed: Observed): readonly Step[] {
  const corrupt = corruptMembers(observed)
  const members = membersOf(observed)?.map((member) =>
    corrupt.has(member.id) ? { ...member, responds: false } : member,
  )
  if (!members || !observed.peers || !observed.addresses || !observed.machine.workload) return []
  const own = ownMember(observed)
  const step = own ? changeOwn(observed, members, own) : join(observed, members)
  return step ? [step] : removeStale(observed, members).slice(0, 1)
}

function changeOwn(observed: Observed, members: readonly MemberSeen[], own: MemberSeen): Step | undefined {
  const { addresses, etcd } = observed
  if (!addresses) return undefined
  const data = dataOf(observed)
  const turnedAway = own.name === '' && turnedAwayBy(observed).length > 0
  // It can't start, and keeps others from joining.
  if (turnedAway) return removal(members, own, 'it has not started, and members turn it away')
  if (own.name !== '' && data === 'none')
    return removal(members, own, "this member's data is lost; it joins anew")
  // A copy of one of those that differ would make a majority of what may be wrong.
  const doubtful = etcd.kind === 'up' && isAnyInQuestion(etcd.alarms ?? [])
  const damage = own.name === '' || doubtful ? undefined : whyDamaged(observed)
  if (damage !== undefined) return removal(members, own, `its data is damaged (${damage}); it joins anew`)
  if (isLeftBehind(observed))
    return own.name === '' ? setAside : removal(members, own, 'its storage holds other data; it joins anew')
  if (own.learner) {
    const here = etcd.kind === 'up' && etcd.here
    if (here) return { kind: 'member/promote', member: own.id, why: 'it has caught up' }
    // Nobody finds it where it is now, and a learner is never updated.
    const lost = own.name !== '' && !own.peerUrls.includes(peerUrlOf(addresses))
    return lost ? removal(members, own, 'its address has changed before it could vote') : undefined
  }
  const peerUrls = [peerUrlOf(addresses)]
  const others = members.filter((member) => member.id !== own.id)
  if (own.peerUrls.join(' ') === peerUrls.join(' ') || isTaken(addresses, others)) return undefined
  return { kind: 'member/update', member: own.id, peerUrls, why: 'its address has changed' }
}

function join(observed: Observed, members: readonly MemberSeen[]): Step | undefined {
  const { addresses, machine, peers, unit } = observed
  if (!addresses || observed.etcd.kind !== 'up') return undefined
  // What the founder has, goes on under another name for a moment.
  if (machine.data)
    return founderOf(observed) === unit && !peers?.application.founding?.born ? undefined : setAside
  if (!learnersAreFew.holds(members) || !votersAreHealthy.holds(members)) return undefined
  if (turnedAwayBy(observed).length > 0 || !isNotOlder.holds(machine.workload?.version, members))
    return undefined
  if (!peerUrlIsKnown.holds(observed) || isTaken(addresses, members)) return undefined
  return { kind: 'member/add', peerUrls: [peerUrlOf(addresses)], why: `${unit} joins as a learner` }
}

/** By the member of a unit that is gone and had this address before: etcd takes no address twice. */
function isTaken(addresses: UnitAddresses, members: readonly MemberSeen[]): boolean {
  return members.some((member) => member.peerUrls.includes(peerUrlOf(addresses)))
}

const setAside: Step = {
  kind: 'data/set-aside',
  why: 'it is of a member that this cluster does not have',
}

/** Of units that Juju has no more; who merely is away for a while stays, and who is on its way out still sees to its own. */
function removeStale(observed: Observed, members: readonly MemberSeen[]): readonly Step[] {
  const { leader, peers } = observed
  if (!leader || !observed.expectedUnits) return []
  const units = unitsThereAre(observed)
  const addresses = [...(peers?.units.values() ?? [])].flatMap(({ databag }) => databag.addresses ?? [])
  return members
    .filter((member) =>
      // One that never started has no name, and only its address to be known by.
      member.name === ''
        ? !addresses.some((known) => member.peerUrls.includes(peerUrlOf(known)))
        : unitOf(member, units) === undefined,
    )
    .flatMap((member) => {
      const who = member.name || 'a member that never started'
      return removal(members, member, `${who} belongs to no unit any more`) ?? []
    })
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
