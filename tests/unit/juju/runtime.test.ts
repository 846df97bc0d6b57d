// The runtime over real executables: what it puts on command lines, and what it makes of what tools print and of how they fail.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  isConsumerProxy,
  NotAllowed,
  NotFound,
  NotLeader,
  type openJuju,
  parseAppName,
  parseUnitName,
  RelationGone,
  readContext,
  redact,
  sameSecret,
} from '../../../src/juju/index.ts'
import { calls, toolsThat } from './tools-that.ts'

const id = 'c0000000000000000070'

test('failures are sorted by what a caller can do, in the words of 3.6 and of 4.0', async () => {
  const rows = [
    ['ERROR permission denied\n', NotAllowed],
    ['ERROR "web/0" is not allowed to read this secret\n', NotAllowed],
    [`ERROR secret "${id}" not found\n`, NotFound],
    ['ERROR getting secret: secret not found\n', NotFound],
    ['ERROR this unit is not the leader\n', NotLeader],
    ['ERROR cannot write relation settings\n', NotLeader],
    ['ERROR lease not held\n', NotLeader],
    ['ERROR permission denied (unauthorized access)\n', NotAllowed],
    ['ERROR getting latest secret revision: secret not found\n', NotFound],
    ['ERROR relation unit not found\n', NotFound],
    ['ERROR invalid value "db:9" for option -r: relation not found\n', RelationGone],
    ['ERROR getting regular relation by key: relation not found\n', RelationGone],
  ] as const
  for (const [err, kind] of rows) {
    const juju = toolsThat({ 'secret-get': { err, code: 1 } })
    await assert.rejects(juju.readSecret({ uri: `secret:${id}` }), kind, err)
  }
})

test('a secret goes by file and never over the command line', async () => {
  const juju = toolsThat({
    'secret-info-get': { err: 'ERROR secret "l" not found\n', code: 1 },
    'secret-add': { out: `secret://aafb7941-b11d-45c4-a410-565b281fd150/${id}\n` },
    'secret-grant': {},
  })
  const { uri } = await juju.putSecret({ label: 'l', owner: 'application', content: { key: 'hush-hush' } })
  assert.ok(sameSecret(uri, `secret:${id}`))
  assert.doesNotMatch(readFileSync(calls, 'utf8'), /hush/)
  assert.match(readFileSync(calls, 'utf8'), /secret-add .*key#file=\//)
})

test('the same content is no new revision', async () => {
  const info = { [id]: { revision: 1, label: 'l', owner: 'application', access: [{ scope: 'relation-a' }] } }
  const juju = toolsThat({
    'secret-info-get': { out: JSON.stringify(info) },
    'secret-get': { out: '{"key":"same"}' },
  })
  const put = await juju.putSecret({ label: 'l', owner: 'application', content: { key: 'same' } })
  assert.equal(put.changed, false)
  assert.doesNotMatch(readFileSync(calls, 'utf8'), /secret-set/)
})

test('a databag is written by its differences, and not at all where there are none', async () => {
  const juju = toolsThat({ 'relation-set': {} })
  const relation = juju.relationId(7)
  assert.deepEqual(await juju.writeAppBag(relation, { a: '1', b: '2' }, { a: '1', b: '2' }), [])
  assert.equal(readFileSync(calls, 'utf8'), '')
  assert.deepEqual(await juju.writeAppBag(relation, { a: '1', b: '2' }, { a: '3', b: undefined }), ['a', 'b'])
})

test('a databag is read once, and again after a write to its relation', async () => {
  const juju = toolsThat({ 'relation-get': { out: '{"a":"1"}' }, 'relation-set': {} })
  const [relation, other] = [juju.relationId(1), juju.relationId(10)]
  const app = parseAppName('web')
  const read = async (): Promise<number> => {
    await Promise.all([
      juju.readAppBag(relation, app),
      juju.readAppBag(relation, app),
      juju.readAppBag(other, app),
    ])
    return readFileSync(calls, 'utf8').match(/relation-get/g)?.length ?? 0
  }
  assert.equal(await read(), 2)
  assert.equal(await read(), 2)
  await juju.writeAppBag(relation, { a: '1' }, { a: '2' })
  assert.equal(await read(), 3)
})

test('the leader reads both statuses in one call, and sets only what differs', async () => {
  const units = { 'etcd/0': { status: 'waiting', message: 'x' }, 'etcd/1': { status: 'active', message: '' } }
  const shown = { 'application-status': { status: 'active', message: '', units } }
  const juju = toolsThat({ 'status-get': { out: JSON.stringify(shown) }, 'status-set': {} })
  const [own, application] = [units['etcd/0'], { status: 'active', message: '' }]
  assert.deepEqual(await juju.readStatuses({ leader: true }), [own, application])
  assert.deepEqual(await juju.readStatuses({ leader: false }), [own])
  await juju.setStatus({ status: 'waiting', message: 'x' })
  await juju.setStatus({ status: 'active', message: '' }, { application: true })
  await juju.setStatus({ status: 'blocked', message: 'y' })
  await juju.setStatus({ status: 'blocked', message: 'y' })
  assert.deepEqual(readFileSync(calls, 'utf8').trim().split('\n'), [
    'status-get --include-data --application --format=json',
    'status-set blocked -- y',
  ])
})

test('a tool that ends without reading its input fails by its exit code, and one that does not exist by its name', async () => {
  const juju = toolsThat({ 'relation-set': { err: 'ERROR cannot write relation settings\n', code: 1 } })
  const long = 'x'.repeat(1_000_000)
  await assert.rejects(juju.writeAppBag(juju.relationId(1), {}, { long }), NotLeader)
  await assert.rejects(juju.readConfig(), /config-get --format=json: .*not found/)
})

test('output that is not what Juju prints is a bug with the name of the tool', async () => {
  const juju = toolsThat({ 'is-leader': { out: '"perhaps"' } })
  await assert.rejects(juju.isLeader(), /is-leader/)
})

test('no private key gets into a log', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----'
  assert.equal(redact(`it is ${key}, look`), 'it is ***, look')
})

test('the context is told by the kind of hook, and what is empty is not there', () => {
  const base = {
    JUJU_UNIT_NAME: 'etcd/0',
    JUJU_MODEL_NAME: 'm',
    JUJU_MODEL_UUID: 'u',
    JUJU_CHARM_DIR: '/c',
    JUJU_VERSION: '4.0.15',
    JUJU_MACHINE_ID: '0',
  }
  const departed = readContext({
    ...base,
    JUJU_DISPATCH_PATH: 'hooks/etcd-client-relation-departed',
    JUJU_RELATION: 'etcd-client',
    JUJU_RELATION_ID: 'etcd-client:0',
    JUJU_REMOTE_APP: 'web',
    JUJU_REMOTE_UNIT: 'web/1',
    JUJU_DEPARTING_UNIT: 'etcd/0',
  }).hook
  assert.ok(departed.kind === 'relation')
  assert.deepEqual([departed.relation, departed.remoteApp, departed.departing], [0, 'web', 'etcd/0'])
  const broken = readContext({
    ...base,
    JUJU_DISPATCH_PATH: 'hooks/etcd-client-relation-broken',
    JUJU_RELATION: 'etcd-client',
    JUJU_RELATION_ID: 'etcd-client:0',
    JUJU_REMOTE_APP: '',
    JUJU_REMOTE_UNIT: '',
  }).hook
  assert.ok(broken.kind === 'relation')
  assert.equal(broken.remoteApp, undefined)
  assert.equal(
    readContext({ ...base, JUJU_DISPATCH_PATH: 'actions/health', JUJU_ACTION_UUID: '2' }).hook.kind,
    'action',
  )
  assert.equal(readContext({ ...base, JUJU_DISPATCH_PATH: 'hooks/from-the-future' }).hook.kind, 'unknown')
})

test('the model at the other end is told by its uuid, and is unknown where Juju has no tool for it', async () => {
  const uuid = '0b2f5c0d-6f0f-4b0e-8c5d-4d4b3a2a1f0e'
  const asked = toolsThat({ 'relation-model-get': { out: JSON.stringify({ uuid }) } })
  assert.equal(await asked.remoteModel(asked.relationId(5)), uuid)
  assert.equal(readFileSync(calls, 'utf8'), 'relation-model-get -r 5 --format=json\n')
  const old = toolsThat({})
  assert.equal(await old.remoteModel(old.relationId(5)), undefined)
  const gone = toolsThat({ 'relation-model-get': { err: 'ERROR relation not found\n', code: 2 } })
  await assert.rejects(gone.remoteModel(gone.relationId(5)), RelationGone)
})

test('an application of another model bears the name that Juju made, even one without a letter', () => {
  const digits = `remote-${'1234567890'.repeat(3)}12`
  for (const name of [digits, 'remote-0b2f5c0d6f0f4b0e8c5d4d4b3a2a1f0e'])
    assert.ok(isConsumerProxy(parseAppName(name)))
  assert.equal(parseUnitName(`${digits}/0`), `${digits}/0`)
  for (const name of ['remote-control', 'web']) assert.ok(!isConsumerProxy(parseAppName(name)))
})

test('a resource that was never attached is told from one that can not be had now', async () => {
  const url = 'https://10.0.0.2:17070/model/x/units/unit-b-0/resources/tool'
  const failed = (err: string) => toolsThat({ 'resource-get': { err, code: 1 } }).resourcePath('tool')
  for (const words of [
    `ERROR could not download resource: HTTP request failed: Get ${url}: resource "tool" not found\n`,
    'ERROR could not download resource: resource "tool" not found\n',
  ])
    assert.equal(await failed(words), undefined)
  const away = `ERROR could not download resource: HTTP request failed: Get ${url}: dial tcp 10.0.0.2:17070: connect: connection refused\n`
  await assert.rejects(failed(away), /connection refused/)
})

test('a network without an address is no failure', async () => {
  for (const outcome of [
    { out: '{"bind-addresses":null}' },
    { out: '{"bind-addresses":[{"interface-name":"eth0","addresses":null}]}' },
    { err: 'ERROR no network config found for binding "db"\n', code: 1 },
  ]) {
    const { bindAddresses, ingressAddresses } = await toolsThat({ 'network-get': outcome }).networkGet('db')
    assert.deepEqual([bindAddresses, ingressAddresses], [[], []])
  }
})

test('a relation that breaks is no longer among the relations, though Juju 4.0 lists it; the peer relation never breaks', async () => {
  const listed = { 'relation-ids': { out: '["etcd-client:4","etcd-client:7"]' } }
  const broken = { JUJU_HOOK_NAME: 'etcd-client-relation-broken', JUJU_RELATION_ID: 'etcd-client:4' }
  const ids = (juju: ReturnType<typeof openJuju>) => juju.relationIds('etcd-client')
  const four = toolsThat({}).relationId(4)
  assert.deepEqual(await ids(toolsThat(listed, { ...broken, JUJU_REMOTE_APP: 'web' })), [7])
  assert.equal(await toolsThat(listed, broken).listsBreaking('etcd-client', four), true)
  // An agent that was restarted does not say who is at the other end.
  const unnamed = { ...listed, 'relation-list': { out: '"web"' } }
  assert.deepEqual(await ids(toolsThat(unnamed, { ...broken, JUJU_REMOTE_APP: '' })), [7])
  const departed = { ...broken, JUJU_HOOK_NAME: 'etcd-client-relation-departed', JUJU_REMOTE_APP: 'web' }
  assert.deepEqual(await ids(toolsThat(listed, departed)), [4, 7])
  const peers = { 'relation-ids': { out: '["etcd-peers:0"]' }, 'relation-list': { out: '"etcd"' } }
  const env = { JUJU_HOOK_NAME: 'etcd-peers-relation-broken', JUJU_RELATION_ID: 'etcd-peers:0' }
  assert.deepEqual(await toolsThat(peers, { ...env, JUJU_REMOTE_APP: '' }).relationIds('etcd-peers'), [0])
})
