// `juju run etcd/0 health`: whether this unit's etcd serves, as etcd itself says.

import { memberStatus } from '../../etcd/cluster.ts'
import { readHealth } from '../../etcd/health.ts'
import type { Charm } from '../charm.ts'
import { openAdmin, ownEndpoint } from '../open-admin.ts'
import { metricsUrl } from '../plan/configuration.ts'

export async function health({ juju }: Charm): Promise<void> {
  const found = await readHealth(metricsUrl)
  if (!found.healthy) {
    await juju.actionFail(`etcd is not healthy: ${found.reason}`)
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
    version: status.version,
    leader: String(status.leader === status.id),
    'database-bytes': String(status.dbSize),
    'raft-index': String(status.raftIndex),
  })
}
