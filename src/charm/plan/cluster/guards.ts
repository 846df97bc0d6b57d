// The rules that no plan about members and restarts may break, by name.

import { learnersTogether } from '../../../machine/configuration.ts'
import type { Guard } from '../guard.ts'
import { minorOf } from '../refresh/versions.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { quorumOf, votersOf } from './members.ts'

export const learnersAreFew: Guard<[members: readonly MemberSeen[]]> = {
  name: 'learners-are-few',
  because: 'etcd before 3.6 takes no second learner before the first votes, and later lines a few',
  holds: (members) => {
    const limits = members.map(({ name, status }) =>
      // One that has not started yet is counted by those who have.
      name === '' ? Number.POSITIVE_INFINITY : learnersTogether(status?.version),
    )
    return members.filter((member) => member.learner).length < Math.min(...limits)
  },
}

export const votersAreHealthy: Guard<[members: readonly MemberSeen[]]> = {
  name: 'voters-are-healthy',
  because: 'a member that joins while another is away makes the quorum harder to reach',
  holds: (members) => votersOf(members).every((member) => member.responds),
}

export const isNotOlder: Guard<[version: string | undefined, members: readonly MemberSeen[]]> = {
  name: 'joins-no-later-line',
  because: 'etcd of an earlier line than all members have does not start as one of them',
  holds: (version, members) => {
    const lines = members.flatMap(({ status }) => (status ? [minorOf(status.version)] : []))
    return version === undefined || lines.length === 0 || minorOf(version) >= Math.min(...lines)
  },
}

export const peerUrlIsKnown: Guard<[observed: Observed]> = {
  name: 'peer-url-known-before-add',
  because:
    'a member that has not started is known by its address alone, so the leader must know whose that is',
  holds: ({ peers, unit, addresses }) => peers?.units.get(unit)?.databag.addresses?.peer === addresses?.peer,
}

export const lastVoterStays: Guard<[members: readonly MemberSeen[], leaving: MemberSeen]> = {
  name: 'never-remove-the-last-voter',
  because: 'etcd removes even its last member, and with it the cluster',
  holds: (members, leaving) => votersOf(members).some((member) => member.id !== leaving.id),
}

export const quorumSurvivesRemoval: Guard<[members: readonly MemberSeen[], leaving: MemberSeen]> = {
  name: 'quorum-survives-removal',
  because: 'those who stay must be able to agree',
  holds: (members, leaving) => {
    const voters = votersOf(members).filter((member) => member.id !== leaving.id)
    return voters.filter((member) => member.responds).length >= quorumOf(voters.length)
  },
}

/** A unit takes back that it serves in the first hook that finds it doesn't; update-status comes within minutes. */
export const noQuorumExists: Guard<[observed: Observed]> = {
  name: 'no-quorum-exists',
  because: 'a cluster that can agree needs no recovery, and would lose by one',
  holds: ({ etcd, peers, unit, expectedUnits }) => {
    // A member that only lets nobody in agrees with the others all the while.
    if (etcd.kind === 'up' || (etcd.kind === 'down' && etcd.lockedOut !== undefined)) return false
    const standing = etcd.kind === 'down' ? votersOf(etcd.standing ?? []) : []
    const enough = quorumOf(standing.length || (expectedUnits?.size ?? 1))
    const serving = [...(peers?.units ?? [])].filter(
      ([name, { databag }]) => name !== unit && (databag.endpoint !== undefined || databag.starts),
    )
    return serving.length < enough && standing.filter((member) => member.responds).length < enough
  },
}

/** Two halves agree on nothing without each other; so each of them has whatever was agreed on, and of other parts only the larger. */
export const nothingAgreedIsLost: Guard<[voters: readonly MemberSeen[], staying: readonly MemberSeen[]]> = {
  name: 'nothing-agreed-is-lost',
  because: 'who goes on without being told to must have all that the cluster agreed on',
  holds: (voters, staying) => staying.length > voters.length - quorumOf(voters.length),
}

export const myRestartTurn: Guard<[members: readonly MemberSeen[], own: MemberSeen | undefined]> = {
  name: 'my-restart-turn',
  because: 'a member restarts only while those that go on are enough for a quorum',
  holds: (members, own) => {
    const others = votersOf(members).filter((member) => member.id !== own?.id)
    const answering = others.filter((member) => member.responds).length
    return answering === others.length || answering >= quorumOf(others.length + 1)
  },
}

export const oneUnitPerMachine: Guard<[observed: Observed]> = {
  name: 'one-unit-per-machine',
  because: 'two units would write the same files and listen at the same ports',
  holds: ({ unit, machine }) => machine.occupant === undefined || machine.occupant === unit,
}
