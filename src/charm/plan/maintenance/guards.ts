// The rules that no maintenance of members may break, by name.

import type { Guard } from '../guard.ts'
import type { MemberSeen } from '../../observed.ts'
import { quorumOf, votersOf } from '../cluster/members.ts'

/** A member answers nobody while its database is defragmented. */
export const everyMemberIsThere: Guard<[members: readonly MemberSeen[]]> = {
  name: 'every-member-is-there',
  because: 'a member that is defragmented answers nobody meanwhile, so all the others must',
  holds: (members) => members.every(({ learner, name, responds }) => responds && !learner && name !== ''),
}

export const someoneCanLead: Guard<[members: readonly MemberSeen[]]> = {
  name: 'someone-can-lead',
  because: 'leadership moves between members that answer, while they are a quorum',
  holds: (members) => {
    const voters = votersOf(members)
    return voters.filter(({ responds }) => responds).length >= quorumOf(voters.length)
  },
}
