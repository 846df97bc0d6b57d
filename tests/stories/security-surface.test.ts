// On the emulator alone: members’ private keys are taken from their machines, which an exec would leave with the controller.
// What is open to a client that was accepted, beside its own keys: every other door of etcd is tried with its certificate, and
// each of them opens to somebody else's, so that a closed one is known to be a door.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { Etcd3 } from 'etcd3'
import type { Model } from '../emulator/index.ts'
import { type Issued, issueCertificate } from '../fixtures/issue-certificate.ts'
import { emulated } from './driver/emulated-model.ts'
import { connectWith, deployIntruder, own, reachOf, readServerAuthority, send, succeeds } from './intruder.ts'
import { etcdctl, openWorld } from './world.ts'

const tls = '/var/snap/charmed-etcd/common/tls'
const lock = Buffer.from('\0etcd-charm/restart')

type Verdict = 'denied' | 'allowed' | 'denied before 3.6'

/** Calls of etcd's that concern more than keys; what etcd lets every user do is harmless, and here to be seen. */
const calls: readonly (readonly [string, Verdict, (etcd: Etcd3) => Promise<unknown>])[] = [
  ['list members', 'allowed', (etcd) => raw(etcd.cluster.memberList, etcd.cluster, {})],
  ['add a member', 'denied', (etcd) => etcd.cluster.memberAdd({ peerURLs: ['https://10.9.9.9:2380'] })],
  ['remove a member', 'denied', (etcd) => etcd.cluster.memberRemove({ ID: '1' })],
  [
    'move a member',
    'denied',
    (etcd) => etcd.cluster.memberUpdate({ ID: '1', peerURLs: ['https://10.9.9.9:2380'] }),
  ],
  ['see the status', 'denied before 3.6', (etcd) => raw(etcd.maintenance.status, etcd.maintenance, {})],
  ['defragment', 'denied', (etcd) => raw(etcd.maintenance.defragment, etcd.maintenance, {})],
  ['hash the data', 'denied', (etcd) => raw(etcd.maintenance.hash, etcd.maintenance, {})],
  ['take a snapshot', 'denied', takeSnapshot],
  [
    'raise an alarm',
    'denied',
    (etcd) => etcd.maintenance.alarm({ action: 'Activate', memberID: '0', alarm: 'Nospace' }),
  ],
  ['compact', 'denied', (etcd) => etcd.kv.compact({ revision: '2' })],
  ['list roles', 'denied', (etcd) => raw(etcd.auth.roleList, etcd.auth, {})],
  ['see root', 'denied', (etcd) => etcd.auth.userGet({ name: 'root' })],
  ['see itself', 'allowed', (etcd) => etcd.auth.userGet({ name: 'mallory' })],
  ['make a user', 'denied', (etcd) => etcd.auth.userAdd({ name: 'new', password: 'new' })],
  [
    'give itself a password',
    'denied',
    (etcd) => etcd.auth.userChangePassword({ name: 'mallory', password: 'new' }),
  ],
  ['log in as root', 'denied', (etcd) => etcd.auth.authenticate({ name: 'root', password: '' })],
  ['widen its role', 'denied', widenRole],
  ['watch everything', 'denied', async (etcd) => (await etcd.watch().prefix('').create()).cancel()],
  ['ask in a transaction whether the lock is held', 'denied', askForLock],
  ['make a lease', 'allowed', (etcd) => etcd.leaseClient.leaseGrant({ TTL: 1 })],
]

function isOpen(verdict: Verdict, version: string): boolean {
  return verdict === 'allowed' || (verdict === 'denied before 3.6' && !version.startsWith('3.5.'))
}

/** Some of etcd3's calls take a request that their types don't know of. */
function raw(call: (...args: never[]) => Promise<unknown>, of: object, message: object): Promise<unknown> {
  return Reflect.apply(call, of, [message])
}

async function takeSnapshot(etcd: Etcd3): Promise<unknown> {
  const stream = await etcd.maintenance.snapshot()
  return new Promise((resolve, reject) => {
    stream.on('data', resolve)
    stream.on('error', reject)
  })
}

function widenRole(etcd: Etcd3): Promise<unknown> {
  const perm = { permType: 'Readwrite', key: Buffer.from([0]), range_end: Buffer.from([0]) } as const
  return etcd.auth.roleGrantPermission({ name: 'mallory', perm })
}

function askForLock(etcd: Etcd3): Promise<unknown> {
  const compare = [{ key: lock, target: 'Create', result: 'Equal', create_revision: '0' }] as const
  return etcd.kv.txn({ compare: [...compare], success: [], failure: [] })
}

interface Door {
  readonly port: number
  readonly path: string
  readonly method?: 'GET' | 'POST'
}

/** The HTTP status, or `refused` where TLS ends before there is one. */
async function knock(model: Model, { certificate, privateKey }: Issued, door: Door): Promise<string> {
  const { host } = model.unit('etcd/0')
  const asked = request({
    host: host.address,
    method: 'GET',
    ...door,
    cert: certificate,
    key: privateKey,
    rejectUnauthorized: false,
    agent: false,
    timeout: 5000,
  })
  asked.end('{}')
  try {
    const [response] = await once(asked, 'response')
    response.resume()
    return String(response.statusCode)
  } catch {
    return 'refused'
  } finally {
    asked.destroy()
  }
}

/** At the peers' port by loopback, an address that every member's certificate names: so it is the authority that decides. */
async function knockFromWithin(
  model: Model,
  { certificate, privateKey }: Issued,
  path: string,
): Promise<string> {
  const door = { host: '127.0.0.1', port: 2380, path, rejectUnauthorized: false }
  const options = JSON.stringify({ ...door, cert: certificate, key: privateKey })
  const print = (what: string): string => `(found) => { console.log(${what}); process.exit() }`
  const script = `require('https').get(${options}, ${print('found.statusCode')}).on('error', ${print("'refused'")})`
  const node = '/var/lib/juju/agents/unit-etcd-0/charm/bin/node'
  return (await model.unit('etcd/0').host.run([node, '-e', script])).stdout.trim()
}

test('an accepted client has its keys, and no other door', async (story) => {
  await using model = await openWorld()
  await deployIntruder(emulated(model))
  const client = await issueCertificate({ commonNames: ['mallory'] })
  const stranger = await issueCertificate({ commonNames: ['stranger'] })
  await send(emulated(model), client.certificate)
  const { host } = model.unit('etcd/0')
  const read = async (file: string): Promise<string> => (await host.run(['cat', `${tls}/${file}`])).stdout
  const keyOf = async (name: string): Promise<Issued> => ({
    certificate: await read(`${name}.crt`),
    privateKey: await read(`${name}.key`),
  })
  const [member, admin, server] = [await keyOf('peer'), await keyOf('admin'), await keyOf('server')]

  const version = /etcdctl version: (\S+)/.exec(await etcdctl(host, 'version'))?.[1] ?? ''
  for (const [name, verdict, call] of calls) {
    await story.test(`to ${name} is ${verdict}`, async () => {
      const etcd = await connectWith(emulated(model), client)
      assert.equal(await succeeds(call(etcd)), isOpen(verdict, version))
      etcd.close()
      assert.deepEqual(await reachOf(emulated(model), stranger), [])
    })
  }

  await story.test(
    "the peers' port is for members: no client, not the admin, not the server's certificate",
    async () => {
      for (const path of ['/version', '/members', '/raft', '/raft/probing'])
        for (const other of [client, admin, server, stranger]) {
          assert.equal(await knock(model, other, { port: 2380, path }), 'refused', path)
          assert.equal(await knockFromWithin(model, other, path), 'refused', path)
        }
      assert.equal(await knockFromWithin(model, member, '/members'), '200')
      assert.deepEqual(await reachOf(emulated(model), member), [])
      assert.deepEqual(await reachOf(emulated(model), server), [])
    },
  )

  await story.test(
    'no JSON gateway, no profiles; and what etcd tells of itself is for trusted clients alone',
    async () => {
      const gateway = { port: 2379, path: '/v3/kv/range', method: 'POST' } as const
      for (const door of [gateway, { port: 2379, path: '/debug/pprof/' }, { port: 2379, path: '/v2/keys' }])
        for (const one of [client, admin]) assert.equal(await knock(model, one, door), '404', door.path)
      for (const path of ['/version', '/health', '/metrics']) {
        assert.equal(await knock(model, client, { port: 2379, path }), '200', path)
        assert.equal(await knock(model, stranger, { port: 2379, path }), 'refused', path)
      }
    },
  )

  await story.test('the port for metrics without TLS is on loopback alone', async () => {
    const socket = connect({ host: host.address, port: 2381 })
    const [error] = await once(socket, 'error')
    assert.match(String(error), /ECONNREFUSED/)
    const listening = await host.run(['cat', '/proc/net/tcp', '/proc/net/tcp6'])
    // 2381 is 094D; 0100007F is 127.0.0.1.
    assert.match(listening.stdout, /0100007F:094D 00000000:0000 0A/)
    assert.doesNotMatch(listening.stdout, /00000000:094[BCD] .* 0A/)
  })

  await story.test(
    "the whole key space, where the operator gives it, is all keys, the lock's too, and no more",
    async () => {
      model.config('etcd', { 'allow-full-keyspace': true })
      const everything = [{ resource: '', 'mtls-cert': client.certificate }]
      await send(emulated(model), '', {
        databag: JSON.stringify({ version: 'v1', requests: JSON.stringify(everything) }),
      })
      await model.updateStatus()
      const all = ['read /web/', 'write /web/', 'read the lock', 'write the lock', 'read everything']
      assert.deepEqual([...(await reachOf(emulated(model), client))].sort(), [...own, ...all].sort())
      for (const [name, verdict, call] of calls.filter(([what]) => !/watch|lock|compact/.test(what))) {
        const etcd = await connectWith(emulated(model), client)
        assert.equal(await succeeds(call(etcd)), isOpen(verdict, version), name)
        etcd.close()
      }
      model.config('etcd', { 'allow-full-keyspace': false })
      await model.settle()
      assert.deepEqual(await reachOf(emulated(model), client), [])
    },
  )

  assert.deepEqual((await readServerAuthority(emulated(model))).match(/BEGIN CERTIFICATE/g)?.length, 1)
})
