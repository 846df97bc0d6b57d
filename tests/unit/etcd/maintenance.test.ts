import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Etcd3 } from 'etcd3'
import { createUser, readUserAndRole } from '../../../src/etcd/access.ts'
import type { EtcdClient } from '../../../src/etcd/client.ts'
import { addLearner, memberStatus, removeMember } from '../../../src/etcd/cluster.ts'
import { EtcdOutOfSpace } from '../../../src/etcd/errors.ts'
import { readHealth } from '../../../src/etcd/health.ts'
import { alarms, disarm, health } from '../../../src/etcd/maintenance.ts'
import { wholeCluster } from '../../../src/etcd/types.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

const put = ({ kv }: Etcd3): Promise<unknown> => kv.put({ key: Buffer.from('k'), value: Buffer.from('v') })

describe('a database that is full', () => {
  let server: EtcdServer
  let client: EtcdClient

  before(async () => {
    server = await startEtcd()
    client = await server.open()
    const { id } = await memberStatus(client, server.endpoint)
    const request = { action: 'Activate', alarm: 'Nospace', memberID: id } as const
    await client.ask('alarm', ({ maintenance }) => maintenance.alarm(request))
  })
  after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('refuses writes, again and again, and nothing else on the same client', async () => {
    for (let time = 0; time < 5; time += 1) await assert.rejects(client.ask('put', put), EtcdOutOfSpace)
    await memberStatus(client, server.endpoint)
    await health(client)
    await createUser(client, 'late')
    assert.deepEqual((await readUserAndRole(client, 'late')).user, { name: 'late', roles: [] })
  })

  it('does not disturb what is asked at the same time', async () => {
    const writes = Array.from({ length: 10 }, () => client.ask('put', put))
    const reads = Array.from({ length: 10 }, () => health(client))
    const [written, done] = await Promise.all([Promise.allSettled(writes), Promise.allSettled(reads)])
    assert.deepEqual(
      written.map(({ status }) => status),
      writes.map(() => 'rejected'),
    )
    assert.deepEqual(
      done.map(({ status }) => status),
      reads.map(() => 'fulfilled'),
    )
  })

  it('shows as an alarm of the member, and not as ill health', async () => {
    const { id } = await memberStatus(client, server.endpoint)
    assert.deepEqual(await alarms(client), [{ member: id, kind: 'no-space' }])
    assert.deepEqual(await readHealth(server.metricsUrl), { healthy: true })
  })

  it('takes writes again when the alarm is off', async () => {
    for (const alarm of await alarms(client)) await disarm(client, alarm)
    await client.ask('put', put)
    assert.deepEqual(await alarms(client), [])
  })
})

describe('a member that etcd found to differ', () => {
  it('shows as an alarm, not as ill health, and the charm can still change members and take the alarm back', async () => {
    await using server = await startEtcd()
    await using client = await server.open()
    const { id } = await memberStatus(client, server.endpoint)
    const request = { action: 'Activate', alarm: 'Corrupt', memberID: id } as const
    await client.ask('alarm', ({ maintenance }) => maintenance.alarm(request))
    await assert.rejects(client.ask('put', put), /corrupt/)
    assert.deepEqual(await alarms(client), [{ member: id, kind: 'corrupt' }])
    assert.deepEqual(await readHealth(server.metricsUrl), { healthy: true })
    const learner = await addLearner(client, ['https://127.0.0.1:1'])
    await removeMember(client, learner.id)
    await disarm(client, { member: id, kind: 'corrupt' })
    await disarm(client, { member: id, kind: 'corrupt' })
    assert.deepEqual(await alarms(client), [])
    await client.ask('put', put)
  })
})

// etcd raises them so where it can't tell whose data is wrong, and any client may where etcd lets it.
for (const [alarm, kind] of [
  ['Corrupt', 'corrupt'],
  ['Nospace', 'no-space'],
] as const)
  describe(`an alarm ${kind} of no one member`, () => {
    it("stops all writes, is listed as the whole cluster's, and can be taken back", async () => {
      await using server = await startEtcd()
      await using client = await server.open()
      const request = { action: 'Activate', alarm, memberID: '0' } as const
      await client.ask('alarm', ({ maintenance }) => maintenance.alarm(request))
      await assert.rejects(client.ask('put', put))
      assert.deepEqual(await alarms(client), [{ member: wholeCluster, kind }])
      await disarm(client, { member: wholeCluster, kind })
      assert.deepEqual(await alarms(client), [])
      await client.ask('put', put)
    })
  })
