// Where a snapshot comes from: a member that has caught up, under etcd's own lock; where none answers and this unit's etcd stands still, the
// database on its disk.

import type { BackupJob } from '../../interfaces/backup-job.ts'
import { readAuthentication } from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { memberStatus } from '../../etcd/cluster.ts'
import { EtcdFailure, EtcdUnavailable } from '../../etcd/errors.ts'
import { alarms, keySpace } from '../../etcd/maintenance.ts'
import { snapshot } from '../../etcd/snapshot.ts'
import { type Kept, keepLock, unlessNoQuorum } from '../keep-lock.ts'
import type { MemberSeen } from '../observed.ts'
import { openAdmin } from '../open-admin.ts'
import { chooseMember } from '../plan/backup/choose-member.ts'
import { openDatabase } from './database.ts'
import type { Source } from './work.ts'

export async function openSource(job: BackupJob): Promise<Source> {
  const client = await openAdmin({ endpoints: job.members.map(({ endpoint }) => endpoint) })
  if (!client) throw new Error('this unit has no admin certificate yet')
  const found = await findMembers(client, job)
  if (found.length === 0) {
    await client[Symbol.asyncDispose]()
    return openDatabase(job.unit)
  }
  try {
    return await openMember(client, job, found)
  } catch (error) {
    await client[Symbol.asyncDispose]()
    throw error
  }
}

/** Each that answers, whether there is a quorum or not. */
async function findMembers(client: EtcdClient, { members }: BackupJob): Promise<readonly MemberSeen[]> {
  const found = await Promise.all(
    members.map(async ({ unit, endpoint }): Promise<readonly MemberSeen[]> => {
      try {
        const status = await memberStatus(client, endpoint)
        const { id, learner } = status
        const leads = status.leader === id
        const urls = { peerUrls: [], clientUrls: [endpoint] }
        return [{ id, name: unit, ...urls, learner, responds: true, leads, status }]
      } catch (error) {
        if (error instanceof EtcdFailure) return []
        throw error
      }
    }),
  )
  return found.flat()
}

async function openMember(
  client: EtcdClient,
  job: BackupJob,
  members: readonly MemberSeen[],
): Promise<Source> {
  const lock = await lockUnlessAlone(client, job)
  const member = chooseMember(members, await unlessNoQuorum(alarms(client), []))
  const endpoint = member?.clientUrls[0]
  if (!member?.status || endpoint === undefined)
    throw new EtcdUnavailable('no voter that is sound answers', { call: 'snapshot', endpoint: 'any' })
  const [{ clusterId, memberId, revision, keys }, authentication] = await Promise.all([
    keySpace(client, endpoint),
    unlessNoQuorum(readAuthentication(client), undefined),
  ])
  return {
    facts: {
      etcdVersion: member.status.version,
      clusterId,
      memberId,
      revision,
      keys,
      ...(authentication && { authEnabled: authentication.enabled }),
      takenFrom: member.name,
    },
    chunks: snapshot(client, endpoint),
    async [Symbol.asyncDispose]() {
      await lock[Symbol.asyncDispose]()
      await client[Symbol.asyncDispose]()
    },
  }
}

/** Without a quorum the members that are left are asked by this unit alone, which leads. */
async function lockUnlessAlone(
  client: EtcdClient,
  { unit }: BackupJob,
): Promise<Extract<Kept, { readonly kind: 'kept' }>> {
  const lock = await keepLock(client, 'backup', unit)
  if (lock.kind === 'taken') throw new Error(`${lock.by} takes a backup just now; wait for its end`)
  return lock
}
