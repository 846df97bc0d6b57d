// `juju run etcd/0 health`: whether this unit's etcd serves, as etcd itself says, and how the members stand that it knows of.

import { memberStatus } from '../../etcd/cluster.ts'
import { readHealth } from '../../etcd/health.ts'
import { wholeCluster } from '../../etcd/types.ts'
import type { Charm } from '../charm.ts'
import type { MemberSeen, Observed } from '../observed.ts'
import { askClusterVersion, openAdmin, ownEndpoint } from '../open-admin.ts'
import { type End, endsOf } from '../plan/certificates/ends.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'
import { membersOf } from '../plan/cluster/members.ts'
import { describeLoss, lostQuorum } from '../plan/cluster/quorum.ts'
import { describeAge } from '../plan/backup/conditions.ts'
import { storesOf } from '../plan/backup/stores.ts'
import { backupsAhead, newestAt, workOf } from '../plan/backup/work.ts'
import { describeReleases } from './describe-releases.ts'
import { observe } from '../reconcile.ts'

export async function health(charm: Charm): Promise<void> {
  const { juju } = charm
  const found = await readHealth(metricsUrl)
  const observed = await observe(charm)
  await juju.actionSet({ ...describeCluster(observed), ...describeLastBackup(observed) })
  if (!found.healthy) {
    const lost = lostQuorum(observed)
    await juju.actionFail(lost ? describeLoss(lost) : `etcd is not healthy: ${found.reason}`)
    return
  }
  const client = await openAdmin({ endpoints: [ownEndpoint] })
  if (!client) {
    await juju.actionFail("this unit has no admin certificate yet; wait for the leader's hooks")
    return
  }
  await using _closed = client
  const status = await memberStatus(client, ownEndpoint)
  await juju.actionSet({
    healthy: 'true',
    'cluster-version': (await askClusterVersion()) ?? 'unknown',
    version: status.version,
    leader: String(status.leader === status.id),
    'database-bytes': String(status.dbSize),
    'raft-index': String(status.raftIndex),
  })
}

function describeCluster(observed: Observed): Readonly<Record<string, string>> {
  const { etcd } = observed
  const members = membersOf(observed) ?? (etcd.kind === 'down' ? etcd.standing : undefined) ?? []
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  const nameOf = (id: string): string =>
    id === wholeCluster ? 'the whole cluster' : (members.find((member) => member.id === id)?.name ?? id)
  return {
    members: members.map(describeMember).join('\n') || 'unknown',
    ...describeReleases(observed),
    ends:
      endsOf(observed)
        .toSorted((a, b) => a.at - b.at)
        .map(describeEnd)
        .join('\n') || 'unknown',
    alarms: alarms.map(({ kind, member }) => `${kind}: ${nameOf(member)}`).join('\n') || 'none',
  }
}

/** The first first: what has an end is listed whole, whoever has to renew it. */
function describeEnd({ whose, at }: End): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z ${whose}`
}

/** As the last work on a backup left it on record: only where there is a store is there anything to tell. */
function describeLastBackup(observed: Observed): Readonly<Record<string, string>> {
  const { outcome } = workOf(observed)
  if (storesOf(observed).length === 0) return {}
  const newest = newestAt(outcome, observed.now)
  const id = outcome?.newest?.id
  const [ahead] = backupsAhead(outcome, observed.now)
  const unknown = ahead === undefined ? 'none known' : `none known but ${ahead}, which is of a time to come`
  const last = newest === undefined ? unknown : `${id}, ${describeAge(observed.now - newest)} ago`
  const failure = outcome?.ended === 'failed' ? outcome.failure?.words : undefined
  return { 'last-backup': last, ...(failure !== undefined && { 'last-backup-failure': failure }) }
}

function describeMember({ name, learner, responds, leads, status }: MemberSeen): string {
  const role = learner ? 'learner' : leads ? 'raft leader' : 'voter'
  const figures = status
    ? `, etcd ${status.version}, raft index ${status.raftIndex}, database ${status.dbSize} bytes`
    : ''
  return `${name || 'not started yet'}: ${role}, ${responds ? 'healthy' : 'away'}${figures}`
}
