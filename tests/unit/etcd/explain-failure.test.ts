// What a real etcd answers to what it won't do, situation by situation; then the answers that no test can bring about.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as etcd3 from 'etcd3'
import { createRole, createUser, enableAuth, grantPermission, grantRole } from '../../../src/etcd/access.ts'
import type { EtcdClient } from '../../../src/etcd/client.ts'
import { explainFailure } from '../../../src/etcd/explain-failure.ts'
import { prefixRange } from '../../../src/etcd/key-range.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

type Situation = readonly [what: string, kind: string, request: (etcd: etcd3.Etcd3) => Promise<unknown>]

const perm = { permType: 'Read' as const, key: Buffer.from('k'), range_end: Buffer.alloc(0) }
const nobody = '18446744073709551'

const asRoot: readonly Situation[] = [
  [
    'a user that exists',
    'EtcdAlreadyExists',
    ({ auth }) => auth.userAdd({ name: 'alice', options: noPassword }),
  ],
  ['a role that exists', 'EtcdAlreadyExists', ({ auth }) => auth.roleAdd({ name: 'alice' })],
  ['a user that is missing', 'EtcdNotFound', ({ auth }) => auth.userGet({ name: 'bob' })],
  ['a missing user to delete', 'EtcdNotFound', ({ auth }) => auth.userDelete({ name: 'bob' })],
  ['a role that is missing', 'EtcdNotFound', ({ auth }) => auth.roleGet({ role: 'bob' })],
  [
    'a missing role to grant',
    'EtcdNotFound',
    ({ auth }) => auth.userGrantRole({ user: 'alice', role: 'bob' }),
  ],
  ['a role not held', 'EtcdNotFound', ({ auth }) => auth.userRevokeRole({ name: 'alice', role: 'root' })],
  [
    'a permission not held',
    'EtcdNotFound',
    ({ auth }) => auth.roleRevokePermission({ role: 'alice', key: Buffer.from('k') }),
  ],
  [
    'a range that ends first',
    'EtcdBug',
    ({ auth }) => auth.roleGrantPermission({ name: 'alice', perm: inverted }),
  ],
  ['root, which stays', 'EtcdBug', ({ auth }) => auth.userDelete({ name: 'root' })],
  [
    'a password that is not there',
    'EtcdDenied',
    ({ auth }) => auth.authenticate({ name: 'bob', password: 'x' }),
  ],
  ['a member that is missing', 'EtcdNotFound', ({ cluster }) => cluster.memberRemove({ ID: nobody })],
  [
    'a leader-to-be that is missing',
    'EtcdPrecondition',
    ({ maintenance }) => maintenance.moveLeader({ targetID: nobody }),
  ],
]

const asAlice: readonly Situation[] = [
  ["somebody else's key", 'EtcdDenied', ({ kv }) => kv.range({ key: Buffer.from('/bob/key') })],
  ['every key', 'EtcdDenied', ({ kv }) => kv.range({ key: Buffer.from([0]), range_end: Buffer.from([0]) })],
  ['a user to be made', 'EtcdDenied', ({ auth }) => auth.userAdd({ name: 'carol', options: noPassword })],
  ['a member to be removed', 'EtcdDenied', ({ cluster }) => cluster.memberRemove({ ID: nobody })],
  ['defragmentation', 'EtcdDenied', ({ maintenance }) => maintenance.defragment()],
]

const noPassword = { no_password: true }
const inverted = { ...perm, key: Buffer.from('z'), range_end: Buffer.from('a') }

describe('what etcd answers', () => {
  let server: EtcdServer
  const clients = new Map<string, EtcdClient>()

  before(async () => {
    server = await startEtcd()
    for (const name of ['root', 'alice', 'stranger']) clients.set(name, await server.open(name))
    const root = clientOf('root')
    await createUser(root, 'root')
    await createRole(root, 'root')
    await grantRole(root, 'root', 'root')
    await createUser(root, 'alice')
    await createRole(root, 'alice')
    await grantPermission(root, 'alice', { ...prefixRange('/alice/'), type: 'Readwrite' })
    await grantRole(root, 'alice', 'alice')
  })
  after(async () => {
    for (const client of clients.values()) await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  function clientOf(name: string): EtcdClient {
    const client = clients.get(name)
    if (!client) throw new Error(`there is no client ${name}`)
    return client
  }

  function check(name: string, [what, kind, request]: Situation): void {
    it(`to ${name}, asking for ${what}, is ${kind}`, async () => {
      await assert.rejects(clientOf(name).tell('try', request), { name: kind, endpoint: server.endpoint })
    })
  }

  it('to root, enabling access control twice, is no failure', async () => {
    await enableAuth(clientOf('root'))
    await enableAuth(clientOf('root'))
  })
  for (const situation of asRoot) check('root', situation)
  for (const situation of asAlice) check('alice', situation)
  check('stranger', ['any key', 'EtcdDenied', ({ kv }) => kv.range({ key: Buffer.from('/alice/key') })])
})

const asked = { call: 'put', endpoint: 'https://10.0.0.1:2379' }
const told: readonly (readonly [error: Error, name: string, message: string])[] = [
  [
    new etcd3.GRPCUnavailableError('14 UNAVAILABLE: etcdserver: request timed out'),
    'EtcdTimeout',
    'etcdserver: request timed out',
  ],
  [
    new etcd3.GRPCUnavailableError('14 UNAVAILABLE: etcdserver: unhealthy cluster'),
    'EtcdUnavailable',
    'etcdserver: unhealthy cluster',
  ],
  [new etcd3.GRPCUnavailableError('14 UNAVAILABLE: Connection dropped'), 'EtcdTimeout', 'Connection dropped'],
  [
    new etcd3.GRPCUnknownError('2 UNKNOWN: raft proposal dropped'),
    'EtcdUnavailable',
    'raft proposal dropped',
  ],
  [new etcd3.GRPCUnknownError('2 UNKNOWN: raft: stopped'), 'EtcdTimeout', 'raft: stopped'],
  [
    new etcd3.GRPCUnknownError('2 UNKNOWN: Received HTTP status code 200'),
    'EtcdTimeout',
    'Received HTTP status code 200',
  ],
  [
    new etcd3.GRPCInternalError('13 INTERNAL: Received RST_STREAM with code 2'),
    'EtcdTimeout',
    'Received RST_STREAM with code 2',
  ],
  [
    new etcd3.GRPCResourceExhastedError('8 RESOURCE_EXHAUSTED: etcdserver: too many requests'),
    'EtcdUnavailable',
    'etcdserver: too many requests',
  ],
  [
    new etcd3.GRPCResourceExhastedError('8 RESOURCE_EXHAUSTED: Sent message larger than max'),
    'EtcdBug',
    'Sent message larger than max',
  ],
  [
    new etcd3.GRPCDeadlineExceededError(
      '4 DEADLINE_EXCEEDED: Deadline exceeded after 5.001s,remote_addr=10.0.0.1:2379',
    ),
    'EtcdTimeout',
    'no answer in time',
  ],
  [
    new etcd3.GRPCDeadlineExceededError(
      '4 DEADLINE_EXCEEDED: Deadline exceeded after 5.001s,Waiting for LB pick',
    ),
    'EtcdUnavailable',
    'no connection in time',
  ],
  [
    new etcd3.GRPCInvalidArgumentError('3 INVALID_ARGUMENT: etcdserver: user name is empty'),
    'EtcdDenied',
    'etcdserver: user name is empty',
  ],
  [
    new etcd3.GRPCFailedPreconditionError('9 FAILED_PRECONDITION: etcdserver: Peer URLs already exists'),
    'EtcdAlreadyExists',
    'etcdserver: Peer URLs already exists',
  ],
  [
    new etcd3.GRPCUnavailableError(
      '14 UNAVAILABLE: No connection established. Last error: Failed to connect (2026-01-02T03:04:05.678Z). Resolution note: ',
    ),
    'EtcdUnavailable',
    'no connection: Failed to connect',
  ],
  [
    new etcd3.ClientClosedError('KV'),
    'EtcdBug',
    'Tried to call a KV method on etcd3, but the client was already closed',
  ],
  [new TypeError('client[method] is not a function'), 'EtcdBug', 'client[method] is not a function'],
]

describe('what etcd3 throws', () => {
  for (const [error, name, message] of told) {
    it(`"${error.message}" is ${name}, said without what changes from try to try`, () => {
      const failure = explainFailure(error, asked, etcd3)
      assert.equal(failure.name, name)
      assert.equal(failure.message, `etcd put at https://10.0.0.1:2379: ${message}`)
      assert.equal(failure.cause, error)
    })
  }
})
