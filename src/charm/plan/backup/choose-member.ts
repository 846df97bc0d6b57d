// Whom a snapshot is taken from: reading the whole database takes disk and network of that member, so it is never raft's leader while a
// follower has as much, and never a learner, which may not have it all.

import { type Alarm, compareNames } from '../../../etcd/types.ts'
import type { MemberSeen } from '../../observed.ts'
import { memberHasCaughtUp } from './guards.ts'

export function chooseMember(
  members: readonly MemberSeen[],
  alarms: readonly Alarm[],
): MemberSeen | undefined {
  const corrupt = new Set(alarms.flatMap(({ kind, member }) => (kind === 'corrupt' ? [member] : [])))
  const answering = members.filter(
    ({ status, learner, id, clientUrls }) =>
      status !== undefined && !learner && !corrupt.has(id) && clientUrls.length > 0,
  )
  const indexOf = ({ status }: MemberSeen): bigint => status?.raftIndex ?? 0n
  const indices = answering.map(indexOf).toSorted((a, b) => (a < b ? -1 : 1))
  const furthest = indices.at(-1) ?? 0n
  const caughtUp = answering.filter((member) => memberHasCaughtUp.holds(member, furthest))
  const byName = (a: MemberSeen, b: MemberSeen): number =>
    Number(a.leads) - Number(b.leads) || compareNames(a.name, b.name)
  return caughtUp.toSorted(byName)[0]
}
