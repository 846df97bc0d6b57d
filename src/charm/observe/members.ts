// The members as etcd lists them, each asked whether it answers.

import { setTimeout as sleep } from 'node:timers/promises'
import type { EtcdClient } from '../../etcd/client.ts'
import { memberList, memberStatus } from '../../etcd/cluster.ts'
import { EtcdFailure } from '../../etcd/errors.ts'
import type { Member } from '../../etcd/types.ts'
import type { MemberSeen } from '../observed.ts'

export async function readMembers(client: EtcdClient): Promise<readonly MemberSeen[]> {
  return Promise.all((await memberList(client)).map((member) => lookAt(client, member)))
}

/** A member tells its status from memory; one that is cut off would take each hook the whole deadline of a request. */
const answersWithinMs = 2000

async function lookAt(client: EtcdClient, member: Member): Promise<MemberSeen> {
  const [endpoint] = member.clientUrls
  if (endpoint === undefined) return { ...member, responds: false, leads: false }
  try {
    const status = await Promise.race([memberStatus(client, endpoint), sleep(answersWithinMs)])
    if (!status) return { ...member, responds: false, leads: false }
    // One that knows no leader is cut off from the others, although it answers us.
    const responds = status.leader !== undefined
    return { ...member, responds, leads: status.leader === member.id, status }
  } catch (error) {
    if (error instanceof EtcdFailure) return { ...member, responds: false, leads: false }
    throw error
  }
}
