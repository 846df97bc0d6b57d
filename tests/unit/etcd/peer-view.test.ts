import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLearner, memberList } from '../../../src/etcd/cluster.ts'
import { membersByPeer } from '../../../src/etcd/peer-view.ts'
import { credentialsOf, issue } from './certificates.ts'
import { startEtcd } from './etcd-server.ts'

test('a peer tells the members as the cluster lists them, digit by digit', async () => {
  await using server = await startEtcd()
  await using client = await server.open()
  await addLearner(client, ['https://127.0.0.1:1'])
  const { peerAuthority } = server
  const peer = credentialsOf(peerAuthority, issue(peerAuthority, 'peer', { names: 'IP:127.0.0.1' }))
  assert.deepEqual(await membersByPeer(server.peerUrl, peer), await memberList(client))
})

test('who is no peer is told nothing', async () => {
  await using server = await startEtcd()
  assert.equal(await membersByPeer(server.peerUrl, server.credentials('root')), undefined)
  assert.equal(await membersByPeer('https://127.0.0.1:1', server.credentials('root')), undefined)
})
