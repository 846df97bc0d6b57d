import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLearner, memberList } from '../../../src/etcd/cluster.ts'
import { rejectedPeers } from '../../../src/etcd/judge-log.ts'
import { closesOnUs, membersByPeer } from '../../../src/etcd/peer-view.ts'
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

test('a peer whose certificate does not name where it comes from is turned away, and the log says from where', async () => {
  await using server = await startEtcd()
  const { peerAuthority, peerUrl } = server
  const named = (names: string) => credentialsOf(peerAuthority, issue(peerAuthority, 'peer', { names }))
  assert.equal(await closesOnUs(peerUrl, named('IP:127.0.0.1')), false)
  // Who is not trusted, and who is not there, are no matter of addresses.
  assert.equal(await closesOnUs(peerUrl, server.credentials('root')), false)
  assert.equal(await closesOnUs('https://127.0.0.1:1', named('IP:127.0.0.1')), false)
  assert.deepEqual(rejectedPeers(server.log()), [])
  assert.equal(await closesOnUs(peerUrl, named('IP:10.9.9.9')), true)
  assert.deepEqual(rejectedPeers(server.log()), ['127.0.0.1'])
})

test('without the check of addresses it is taken', async () => {
  await using server = await startEtcd({ anyPeerAddress: true })
  const { peerAuthority, peerUrl } = server
  const peer = credentialsOf(peerAuthority, issue(peerAuthority, 'peer', { names: 'IP:10.9.9.9' }))
  assert.equal(await closesOnUs(peerUrl, peer), false)
  assert.equal((await membersByPeer(peerUrl, peer))?.length, 1)
})
