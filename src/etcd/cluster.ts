// The cluster's members. Changes are told once and never repeated blindly: after an `EtcdTimeout`, list before going on.

import type { IMember } from 'etcd3'
import type { EtcdClient } from './client.ts'
import { EtcdBug } from './errors.ts'
import { isMemberId, type Member, type MemberId, type MemberStatus, sortMembers } from './types.ts'

/** Sorted by name. Not linearizable, it is what the asked member knows, and comes also where there is no quorum. */
export async function memberList(
  client: EtcdClient,
  { linearizable = true } = {},
): Promise<readonly Member[]> {
  const call = 'member list'
  const { members } = await client.ask(call, ({ cluster }) => cluster.memberList({ linearizable }))
  return sortMembers(members.map((member) => readMember(client, call, member)))
}

/** What the member behind this endpoint says of itself, quorum or not. */
export async function memberStatus(client: EtcdClient, endpoint: string): Promise<MemberStatus> {
  const call = 'status'
  const status = await client.askAt(endpoint, call, ({ maintenance }) => maintenance.status())
  return {
    id: readMemberId(client, call, status.header.member_id),
    version: status.version,
    leader: isMemberId(status.leader) ? status.leader : undefined,
    learner: status.isLearner,
    dbSize: BigInt(status.dbSize),
    dbSizeInUse: BigInt(status.dbSizeInUse),
    revision: BigInt(status.header.revision),
    raftIndex: BigInt(status.raftIndex),
    raftTerm: BigInt(status.raftTerm),
    errors: status.errors,
  }
}

/** Only the leader gives leadership away: `endpoint` is the leader's. */
export async function moveLeader(client: EtcdClient, endpoint: string, to: MemberId): Promise<void> {
  await client.askAt(endpoint, 'move-leader', ({ maintenance }) => maintenance.moveLeader({ targetID: to }))
}

export async function addLearner(client: EtcdClient, peerUrls: readonly string[]): Promise<Member> {
  const call = 'member add'
  const request = { peerURLs: [...peerUrls], isLearner: true }
  const { member } = await client.tell(call, ({ cluster }) => cluster.memberAdd(request))
  return readMember(client, call, member)
}

/**
 * An `EtcdPrecondition` says that the learner has not caught up yet. `endpoint` is the raft leader's: a follower passes this on
 * without saying who asks, and with access control on, the leader then refuses it for ever (etcd 3.5 and 3.6: "user name is empty").
 */
export async function promoteMember(client: EtcdClient, endpoint: string, id: MemberId): Promise<void> {
  await client.askAt(endpoint, 'member promote', ({ cluster }) => cluster.memberPromote({ ID: id }))
}

/** etcd removes even the last member, which ends the cluster: whoever calls has checked. */
export async function removeMember(client: EtcdClient, id: MemberId): Promise<void> {
  await client.tell('member remove', ({ cluster }) => cluster.memberRemove({ ID: id }))
}

/** Never of a learner: etcd would forget that it is one (facts/etcd.md §2.4). */
export async function updateMember(
  client: EtcdClient,
  id: MemberId,
  peerUrls: readonly string[],
): Promise<void> {
  const request = { ID: id, peerURLs: [...peerUrls] }
  await client.tell('member update', ({ cluster }) => cluster.memberUpdate(request))
}

function readMember(client: EtcdClient, call: string, member: IMember): Member {
  return {
    id: readMemberId(client, call, member.ID),
    name: member.name,
    peerUrls: member.peerURLs.toSorted(),
    clientUrls: member.clientURLs.toSorted(),
    learner: member.isLearner,
  }
}

function readMemberId(client: EtcdClient, call: string, text: string): MemberId {
  if (isMemberId(text)) return text
  throw new EtcdBug(`"${text}" is no member id`, { call, endpoint: client.endpoints.join(', ') })
}
