// Members as etcd lists them, for the tests of plans.

import assert from 'node:assert/strict'
import type { EtcdSeen, MemberSeen } from '../../../../src/charm/observed.ts'
import { memberName } from '../../../../src/charm/plan/members.ts'
import { isMemberId, type MemberId, type MemberStatus } from '../../../../src/etcd/types.ts'

/** By unit number; its address ends in that number plus one. */
export function member(nth: number, more: Partial<MemberSeen> = {}): MemberSeen {
  const id = String(nth + 1)
  assert.ok(isMemberId(id))
  return {
    id,
    name: memberName(`etcd/${nth}`),
    peerUrls: [`https://10.0.0.${nth + 1}:2380`],
    clientUrls: [`https://10.0.0.${nth + 1}:2379`],
    learner: false,
    responds: true,
    leads: nth === 0,
    ...more,
  }
}

/** What a member in this version says of itself. */
export function statusOf(id: MemberId, version: string): MemberStatus {
  const raft = { leader: undefined, raftIndex: 1n, raftTerm: 1n }
  return { id, version, learner: false, dbSize: 0n, errors: [], ...raft }
}

type Up = Extract<EtcdSeen, { kind: 'up' }>

/** etcd as a hook finds it that looked at the members and at nothing else. */
export function etcdUp(members: readonly MemberSeen[], more: Partial<Up> = {}): Up {
  return {
    kind: 'up',
    here: true,
    members,
    authentication: true,
    accessRevision: undefined,
    access: undefined,
    orphans: [],
    ...more,
  }
}
