import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { EtcdClient } from '../../../src/etcd/client.ts'
import {
  addLearner,
  memberList,
  memberStatus,
  moveLeader,
  promoteMember,
  removeMember,
} from '../../../src/etcd/cluster.ts'
import { EtcdAlreadyExists, EtcdNotFound, EtcdPrecondition } from '../../../src/etcd/errors.ts'
import { isMemberId } from '../../../src/etcd/types.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

describe('the cluster', () => {
  let server: EtcdServer
  let client: EtcdClient

  before(async () => {
    server = await startEtcd()
    client = await server.open()
  })
  after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('lists its members, with or without a quorum’s consent', async () => {
    const [member, ...others] = await memberList(client)
    assert.deepEqual(others, [])
    assert.deepEqual(member, {
      id: member?.id,
      name: 'etcd-0',
      peerUrls: [server.peerUrl],
      clientUrls: [server.endpoint],
      learner: false,
    })
    assert.deepEqual(await memberList(client, { linearizable: false }), [member])
  })

  it('knows a member’s version, its leader and how much it stores', async () => {
    const status = await memberStatus(client, server.endpoint)
    assert.equal(status.version, server.version)
    assert.equal(status.leader, status.id)
    assert.equal(status.learner, false)
    assert.ok(status.dbSize > 0n && status.raftIndex > 0n && status.raftTerm > 0n)
    assert.deepEqual(status.errors, [])
  })

  it('takes in a learner once, promotes it no sooner than it has caught up, and lets it go', async () => {
    const learner = await addLearner(client, ['https://127.0.0.1:1'])
    assert.equal(learner.learner, true)
    assert.deepEqual(learner.peerUrls, ['https://127.0.0.1:1'])
    await assert.rejects(addLearner(client, ['https://127.0.0.1:1']), EtcdAlreadyExists)
    await assert.rejects(addLearner(client, ['https://127.0.0.1:2']), EtcdPrecondition)
    await assert.rejects(promoteMember(client, server.endpoint, learner.id), EtcdPrecondition)
    await removeMember(client, learner.id)
    await assert.rejects(removeMember(client, learner.id), EtcdNotFound)
    assert.equal((await memberList(client)).length, 1)
  })

  it('does not give leadership to a member that is not there', async () => {
    const nobody = '42'
    assert.ok(isMemberId(nobody))
    await assert.rejects(moveLeader(client, server.endpoint, nobody), EtcdPrecondition)
  })
})

describe('a member id', () => {
  for (const text of ['', '0', '-1', '1e3', 'ca1c', '18446744073709551615 ']) {
    it(`is not "${text}"`, () => assert.equal(isMemberId(text), false))
  }
  it('is a number that etcd gave', () => assert.equal(isMemberId('18446744073709551615'), true))
})
