// Members as etcd lists them, for the tests of plans.

import assert from 'node:assert/strict'
import type { EtcdSeen, MemberSeen } from '../../../../../src/charm/observed.ts'
import { memberName } from '../../../../../src/charm/plan/cluster/members.ts'
import { isMemberId, type MemberId, type MemberStatus } from '../../../../../src/etcd/types.ts'

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

/** What a member says of itself, which is well in a cluster that the first member leads. */
export function statusOf(id: MemberId, more: Partial<MemberStatus> = {}): MemberStatus {
  return {
    id,
    version: '3.6.4',
    leader: member(0).id,
    learner: false,
    dbSize: 20_480n,
    dbSizeInUse: 16_384n,
    revision: 1000n,
    raftIndex: 20_000n,
    raftTerm: 2n,
    errors: [],
    ...more,
  }
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
