// The names in the configuration file are right if etcd does what they say: it passes over those that it doesn't know.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get as getPlain } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import {
  type ConfigurationSettings,
  learnersTogether,
  renderConfiguration,
} from '../../../src/machine/configuration.ts'
import { run } from '../../../src/machine/process.ts'
import { type Authority, credentialsOf, type Issued, issue } from '../etcd/certificates.ts'
import { binary, type EtcdServer, startEtcd } from '../etcd/etcd-server.ts'

const files = { certificate: '/tls/own.crt', key: '/tls/own.key', trustedCa: '/tls/ca.pem' }
const settings: ConfigurationSettings = {
  name: 'etcd-0',
  dataDir: '/data',
  listenPeerUrls: ['https://10.0.0.1:2380', 'https://127.0.0.1:2380'],
  listenClientUrls: ['https://[fd00::1]:2379', 'https://127.0.0.1:2379'],
  advertisePeerUrls: ['https://10.0.0.1:2380'],
  advertiseClientUrls: ['https://[fd00::1]:2379'],
  initialCluster: { 'etcd-1': ['https://10.0.0.2:2380'], 'etcd-0': ['https://10.0.0.1:2380'] },
  initialClusterToken: 'token',
  initialClusterState: 'existing',
  clientTls: { ...files, crl: '/tls/client.crl' },
  peerTls: files,
  metricsUrls: ['http://127.0.0.1:2381'],
  logLevel: 'warn',
}

describe('the configuration file', () => {
  it('has its keys in order, so that the same settings are the same bytes', () => {
    const keys = Object.keys(parse(renderConfiguration(settings, '3.5.30')))
    assert.deepEqual(keys, keys.toSorted())
  })

  it('puts several URLs and members in one text, members in order', () => {
    const tree = parse(renderConfiguration(settings, '3.5.30'))
    assert.equal(tree['listen-client-urls'], 'https://[fd00::1]:2379,https://127.0.0.1:2379')
    assert.equal(tree['initial-cluster'], 'etcd-0=https://10.0.0.1:2380,etcd-1=https://10.0.0.2:2380')
  })

  it('leaves out what is left to etcd', () => {
    const text = renderConfiguration(settings, '3.5.30')
    assert.doesNotMatch(text, /quota-backend-bytes|auto-compaction|heartbeat-interval|undefined|null/)
  })

  it('follows the names of the installed line of releases', () => {
    assert.match(renderConfiguration(settings, '3.5.30'), /^experimental-initial-corrupt-check: true$/m)
    for (const version of ['3.6.11', '3.10.0']) {
      const text = renderConfiguration(settings, version)
      assert.doesNotMatch(text, /experimental/)
      assert.match(text, /^feature-gates: CompactHashCheck=true,InitialCorruptCheck=true,LeaseCheckpoint/m)
    }
  })
})

describe('an etcd that runs with it', () => {
  it('has taken every number and name', async () => {
    await using server = await startEtcd({
      name: 'etcd-7',
      initialClusterToken: 'a-token',
      autoCompaction: { mode: 'revision', retention: '1000' },
      quotaBackendBytes: 104857600,
      snapshotCount: 5000,
      heartbeatIntervalMs: 200,
      electionTimeoutMs: 2000,
    })
    const started = startOf(server)
    const expected = {
      name: 'etcd-7',
      'initial-cluster-token': 'a-token',
      'initial-cluster-state': 'new',
      'auto-compaction-mode': 'revision',
      'quota-backend-bytes': 104857600,
      'snapshot-count': 5000,
      'heartbeat-interval': '200ms',
      'election-timeout': '2s',
      'listen-metrics-urls': [server.metricsUrl],
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, started[key]])), expected)
  })

  it('takes no larger request than it is told to, and compacts by time or by revision', async () => {
    await using server = await startEtcd({
      maxRequestBytes: 70_000,
      autoCompaction: { mode: 'periodic', retention: '30m' },
    })
    const started = startOf(server)
    assert.deepEqual(
      [started['auto-compaction-mode'], started['auto-compaction-retention']],
      ['periodic', '30m0s'],
    )
    const put = (bytes: number) =>
      run(binary('etcdctl'), [...asRoot(server), 'put', 'key'], { input: 'x'.repeat(bytes) })
    await put(60_000)
    await assert.rejects(put(90_000), /request is too large/)
  })

  it('compares its data with the other members’, whichever way this release is told to', async () => {
    await using server = await startEtcd()
    const started = startOf(server)
    const log = [started['initial-corrupt-check'], started['compact-check-time-enabled']]
    const metrics = await text((await once(getPlain(`${server.metricsUrl}/metrics`), 'response'))[0])
    const gates = ['InitialCorruptCheck', 'CompactHashCheck'].map((gate) =>
      new RegExp(`^etcd_server_feature_enabled{name="${gate}",stage="\\w+"} 1$`, 'm').test(metrics),
    )
    assert.deepEqual(server.version.startsWith('3.5.') ? log : gates, [true, true])
  })

  it('keeps how much of a lease is left, whichever way this release is told to', async () => {
    await using server = await startEtcd()
    // It runs with both settings, and refuses the second without the first: so it has read both.
    const both = renderConfiguration(settings, server.version)
    const one = both
      .replace('experimental-enable-lease-checkpoint: true\n', '')
      .replace('LeaseCheckpoint=true,', '')
    assert.notEqual(one, both)
    const folder = await mkdtemp(join(tmpdir(), 'configuration-'))
    await writeFile(join(folder, 'etcd.conf.yml'), one)
    const start = run(binary('etcd'), ['--config-file', join(folder, 'etcd.conf.yml')])
    await assert.rejects(start, /(lease-checkpoint-persist|LeaseCheckpointPersist) requires/)
    await rm(folder, { recursive: true })
  })

  it('takes as many learners at once as this release is known to take', async () => {
    await using server = await startEtcd()
    const join = (nth: number) =>
      run(binary('etcdctl'), [
        ...asRoot(server),
        'member',
        'add',
        `learner-${nth}`,
        '--learner',
        `--peer-urls=https://127.0.0.1:${nth}`,
      ])
    const few = learnersTogether(server.version)
    for (let nth = 1; nth <= few; nth += 1) await join(nth)
    await assert.rejects(join(few + 1), /too many learner members/)
  })

  it('refuses a certificate from the moment the revocation list has its serial', async () => {
    await using server = await startEtcd()
    const revoked = issue(server.authority, 'alice', { serial: '81985529216486895' })
    const kept = issue(server.authority, 'bob', { serial: '81985529216486896' })
    assert.equal(await get(server, '/version', server.authority, revoked), 200)
    await server.replaceRevocationList(['81985529216486895'])
    await assert.rejects(get(server, '/version', server.authority, revoked))
    assert.equal(await get(server, '/version', server.authority, kept), 200)
  })

  it('serves nobody without a certificate, no gateway and no profiles', async () => {
    await using server = await startEtcd({ logLevel: 'warn' })
    const root = issue(server.authority, 'root')
    await assert.rejects(get(server, '/version', server.authority))
    assert.equal(await get(server, '/v3/kv/range', server.authority, root), 404)
    assert.equal(await get(server, '/debug/pprof/', server.authority, root), 404)
  })

  it('lets no client’s certificate near the other members’ listener', async () => {
    await using server = await startEtcd()
    const client = issue(server.authority, 'root', { names: 'IP:127.0.0.1' })
    const peer = issue(server.peerAuthority, 'peer', { names: 'IP:127.0.0.1' })
    assert.equal(await get(server, '/members', server.peerAuthority, peer), 200)
    await assert.rejects(get(server, '/members', server.peerAuthority, client))
  })

  it('takes a member from an address that its certificate names, and from any only if told so', async () => {
    for (const anyPeerAddress of [false, true]) {
      await using server = await startEtcd({ anyPeerAddress })
      const elsewhere = issue(server.peerAuthority, 'elsewhere', { names: 'IP:192.0.2.1' })
      const answer = get(server, '/members', server.peerAuthority, elsewhere)
      if (anyPeerAddress) assert.equal(await answer, 200)
      else await assert.rejects(answer)
    }
  })
})

function asRoot(server: EtcdServer): readonly string[] {
  const { certificatePath: cert, keyPath: key } = issue(server.authority, 'root')
  return [
    `--endpoints=${server.endpoint}`,
    `--cacert=${server.authority.certificatePath}`,
    `--cert=${cert}`,
    `--key=${key}`,
  ]
}

function startOf(server: EtcdServer): Record<string, unknown> {
  const line = server
    .log()
    .split('\n')
    .find((entry) => entry.includes('"starting an etcd server"'))
  return JSON.parse(line ?? '{}')
}

function get(
  server: EtcdServer,
  path: string,
  authority: Authority,
  as?: Issued,
): Promise<number | undefined> {
  const base = path === '/members' ? server.peerUrl : server.endpoint
  const { ca, certificate: cert, privateKey: key } = credentialsOf(authority, as ?? authority)
  return new Promise((resolve, reject) => {
    const options = { ca, agent: false, ...(as && { cert, key }) }
    request(new URL(path, base), options, async (response) => {
      await text(response).catch(reject)
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}
