// The names of the TLS settings are right if a running etcd does what they say: it passes over keys that it doesn't know.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { knownCipherSuites, safeCipherSuites } from '../../../src/config/certificate-options.ts'
import { membersByPeer } from '../../../src/etcd/peer-view.ts'
import { credentialsOf, issue } from '../etcd/certificates.ts'
import { type EtcdServer, startEtcd } from '../etcd/etcd-server.ts'

async function speak(server: EtcdServer, how: ConnectionOptions): Promise<string | null> {
  const { certificate, privateKey } = server.credentials('root')
  const port = Number(new URL(server.endpoint).port)
  const own = { host: '127.0.0.1', port, cert: certificate, key: privateKey, rejectUnauthorized: false }
  const socket = connect({ ...own, ...how })
  try {
    await once(socket, 'secureConnect')
    return `${socket.getProtocol()} ${socket.getCipher().standardName}`
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}

const of12 = (ciphers: string): ConnectionOptions => ({ maxVersion: 'TLSv1.2', ciphers })

describe('TLS as the operator wants it', () => {
  it('is of the suites that are told, and each that the option knows is one to this release', async () => {
    await using every = await startEtcd({ cipherSuites: [...knownCipherSuites].sort() })
    assert.match(every.log(), /TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA/)
    await using one = await startEtcd({ cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] })
    assert.deepEqual(
      [
        await speak(one, of12('ECDHE-ECDSA-AES256-GCM-SHA384')),
        await speak(one, of12('ECDHE-ECDSA-AES128-GCM-SHA256')),
      ],
      [null, 'TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
    )
  })

  it('has no weak suite where nothing is told', async () => {
    await using server = await startEtcd({ cipherSuites: safeCipherSuites })
    assert.equal(await speak(server, of12('ECDHE-ECDSA-AES128-SHA')), null)
    assert.match(String(await speak(server, of12('ECDHE-ECDSA-AES256-GCM-SHA384'))), /^TLSv1\.2 /)
  })

  it('is no older than told', async () => {
    await using server = await startEtcd({ tlsMinVersion: '1.3' })
    assert.equal(await speak(server, { maxVersion: 'TLSv1.2' }), null)
    assert.match(String(await speak(server, {})), /^TLSv1\.3 /)
  })
})

describe('peers of one application alone', () => {
  it('are let in by the name that their certificates bear', async () => {
    await using server = await startEtcd({ peerName: 'etcd.model.etcd.internal' })
    const { peerAuthority } = server
    const come = (names: string) =>
      membersByPeer(server.peerUrl, credentialsOf(peerAuthority, issue(peerAuthority, 'peer', { names })))
    assert.equal(await come('IP:127.0.0.1'), undefined)
    assert.equal(await come('IP:127.0.0.1,DNS:another.etcd.internal'), undefined)
    assert.equal((await come('IP:127.0.0.1,DNS:etcd.model.etcd.internal'))?.length, 1)
  })

  it('are let in by it also where their addresses are not checked', async () => {
    await using server = await startEtcd({ peerName: 'peers.example', anyPeerAddress: true })
    const { peerAuthority } = server
    const come = (names: string) =>
      membersByPeer(server.peerUrl, credentialsOf(peerAuthority, issue(peerAuthority, 'peer', { names })))
    assert.equal(await come('IP:192.0.2.1'), undefined)
    assert.equal((await come('IP:192.0.2.1,DNS:peers.example'))?.length, 1)
  })
})
