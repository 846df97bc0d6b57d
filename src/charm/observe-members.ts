// The members as etcd lists them, each asked whether it answers.

import type { EtcdClient } from '../etcd/client.ts'
import { memberList, memberStatus } from '../etcd/cluster.ts'
import { EtcdFailure } from '../etcd/errors.ts'
import type { Member } from '../etcd/types.ts'
import type { MemberSeen } from './observed.ts'

export async function readMembers(client: EtcdClient): Promise<readonly MemberSeen[]> {
  return Promise.all((await memberList(client)).map((member) => lookAt(client, member)))
}

async function lookAt(client: EtcdClient, member: Member): Promise<MemberSeen> {
  const [endpoint] = member.clientUrls
  if (endpoint === undefined) return { ...member, responds: false, leads: false }
  try {
    const status = await memberStatus(client, endpoint)
    // One that knows no leader is cut off from the others, although it answers us.
    return { ...member, responds: status.leader !== undefined, leads: status.leader === member.id }
  } catch (error) {
    if (error instanceof EtcdFailure) return { ...member, responds: false, leads: false }
    throw error
  }
}
