// The order of hooks, the transaction around each, secrets and leadership, as facts/juju.md §3, §4 and §5 have them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openModel } from './index.ts'
import { ask, makeFail, packProbe, printed, teach } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const hooksOf = (model: Model, unit: string): readonly string[] =>
  model.tables.journal.filter((run) => run.unit === unit).map((run) => run.hook)

/** `a` provides, `b` requires, and nobody has anything to do; the relation's id. */
async function relatePair(model: Model, archive: string): Promise<number> {
  await model.deploy('a', { archive })
  await model.deploy('b', { archive })
  const { id } = model.integrate('a:out', 'b:in')
  await model.settle()
  return id
}

test('a unit lives through its hooks in order, from storage to remove', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  assert.deepEqual(hooksOf(model, 'a/0'), [
    'data-storage-attached',
    'install',
    'peers-relation-created',
    'leader-elected',
    'config-changed',
    'start',
  ])
  await model.deploy('b', { archive: probe.archive })
  const { id } = model.integrate('a:out', 'b:in')
  await model.settle()
  const second = hooksOf(model, 'b/0').slice(2)
  assert.deepEqual([...second.slice(0, 2)].sort(), ['in-relation-created', 'peers-relation-created'])
  assert.deepEqual(second.slice(2), [
    'leader-elected',
    'config-changed',
    'start',
    'in-relation-joined',
    'in-relation-changed',
  ])
  model.tables.journal.length = 0
  model.removeRelation(id)
  await model.settle()
  assert.deepEqual(hooksOf(model, 'a/0'), ['out-relation-departed', 'out-relation-broken'])
  model.integrate('a:out', 'b:in')
  await model.settle()
  model.tables.journal.length = 0
  model.removeUnit('a/0')
  await model.settle()
  assert.deepEqual(hooksOf(model, 'a/0'), [
    'data-storage-detaching',
    'out-relation-departed',
    'out-relation-broken',
    'stop',
    'remove',
  ])
  assert.deepEqual(hooksOf(model, 'b/0'), ['in-relation-departed'])
})

test('a relation that was dying when a unit came ends without it', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const id = await relatePair(model, probe.archive)
  model.removeRelation(id)
  await teach(model, 'a/0', 'out-relation-broken', ['true'])
  await makeFail(model, 'a/0', 'out-relation-broken', true)
  await model.addUnit('b')
  await assert.rejects(model.settle(), /hook failed: "out-relation-broken" of a\/0/)
  while (!hooksOf(model, 'b/1').includes('start')) await assert.rejects(model.settle())
  await makeFail(model, 'a/0', 'out-relation-broken', false)
  await model.settle()
  assert.ok(!hooksOf(model, 'b/1').some((hook) => hook.startsWith('in-relation')))
  assert.equal(model.tables.relations.has(id), false)
})

test('a removed application stays, and what was granted to it, until its relations have ended', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const id = await relatePair(model, probe.archive)
  const [added] = await ask(model, 'a/0', ['secret-add --label l key=one'])
  await ask(model, 'a/0', [`secret-grant ${added?.out.trim()} -r ${id}`])
  model.removeApplication('b')
  await teach(model, 'a/0', 'out-relation-broken', ['true'])
  await makeFail(model, 'a/0', 'out-relation-broken', true)
  await assert.rejects(model.settle(), /hook failed: "out-relation-broken" of a\/0/)
  const [secret] = model.tables.secrets.values()
  assert.deepEqual([model.tables.applications.get('b')?.units, secret?.grants.size], [[], 1])
  await makeFail(model, 'a/0', 'out-relation-broken', false)
  await model.settle()
  assert.deepEqual([model.tables.applications.has('b'), secret?.grants.size], [false, 0])
})

test('a hook that fails writes nothing, is run again, and then all of it is there at once', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const id = await relatePair(model, probe.archive)
  const lines = [
    `relation-set -r ${id} --app k=v`,
    'state-set s=1',
    'status-set waiting seen',
    'open-port 80',
  ]
  await teach(model, 'a/0', 'update-status', lines)
  await makeFail(model, 'a/0', 'update-status', true)
  await assert.rejects(model.updateStatus(), /hook failed: "update-status" of a\/0/)
  const { unit } = { unit: model.unit('a/0') }
  assert.deepEqual(model.databag(id, 'a'), {})
  assert.deepEqual([{ ...unit.state }, unit.ports.size, unit.agent], [{}, 0, 'error'])
  assert.equal(unit.workload.message, 'seen')
  await makeFail(model, 'a/0', 'update-status', false)
  await model.settle()
  assert.deepEqual(model.databag(id, 'a'), { k: 'v' })
  assert.deepEqual([{ ...unit.state }, [...unit.ports], unit.agent], [{ s: '1' }, ['80/tcp'], 'idle'])
  assert.equal(hooksOf(model, 'b/0').at(-1), 'in-relation-changed')
  // The same value again is no event.
  model.tables.journal.length = 0
  await model.updateStatus()
  assert.deepEqual(
    model.tables.journal.map((run) => run.hook),
    ['update-status', 'update-status'],
  )
})

test('a leader that writes its peer databag hears of it, and so does every other unit', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive, units: 3 })
  model.unit('a/0').app.leader = 'a/0'
  await model.settle()
  model.tables.journal.length = 0
  const [denied] = await ask(model, 'a/1', ['relation-set -r 0 --app k=v'])
  assert.deepEqual([denied?.code, denied?.err], [1, 'ERROR cannot write relation settings\n'])
  await ask(model, 'a/0', ['relation-set -r 0 --app k=v'])
  const changed = model.tables.journal
    .filter((run) => run.hook === 'peers-relation-changed')
    .map((run) => run.unit)
  assert.deepEqual(changed.sort(), ['a/0', 'a/1', 'a/2'])
  model.removeUnit('a/0')
  await model.settle()
  const { leader } = model.unit('a/1').app
  assert.ok(leader === 'a/1' || leader === 'a/2')
  assert.ok(hooksOf(model, leader).includes('leader-elected'))
})

test('secrets: granted, tracked, revised, revoked with the relation', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const id = await relatePair(model, probe.archive)
  const [added] = await ask(model, 'a/0', ['secret-add --label l key=one'])
  const uri = added?.out.trim() ?? ''
  const [before] = await ask(model, 'b/0', [`secret-get ${uri} --format=json`])
  assert.deepEqual([before?.code, before?.err], [1, 'ERROR "b/0" is not allowed to read this secret\n'])
  await ask(model, 'a/0', [`secret-grant ${uri} -r ${id}`])
  const [read] = await ask(model, 'b/0', [`secret-get ${uri} --format=json`])
  assert.equal(read?.out, '{"key":"one"}\n')
  model.tables.journal.length = 0
  await teach(model, 'b/0', 'secret-changed', [
    'secret-get $JUJU_SECRET_ID key',
    'secret-get $JUJU_SECRET_ID key --refresh',
  ])
  await ask(model, 'a/0', [`secret-set ${uri} key=two`])
  const [tracked, fresh] = await printed(model, 'b/0', 'secret-changed', 2)
  assert.deepEqual([tracked?.out, fresh?.out], ['one\n', 'two\n'])
  // The old revision is tracked by nobody now, and its owner is told.
  assert.ok(hooksOf(model, 'a/0').includes('secret-remove'))
  const [info] = await ask(model, 'a/0', ['secret-info-get --label l --format=json'])
  assert.match(
    info?.out ?? '',
    /"revision":2,"label":"l","owner":"application","rotation":"never","access":\[\{"target":"application-b","scope":"relation-b.in#a.out","role":"view"\}\]/,
  )
  model.removeRelation(id)
  await model.settle()
  const [after] = await ask(model, 'b/0', [`secret-get ${uri}`])
  assert.match(after?.err ?? '', /not allowed to read/)
})

test('network-get lists every address, the first one first', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const first = model.unit('a/0').host.address
  await model.addAddress('a/0', '192.168.77.2')
  const [network] = await ask(model, 'a/0', ['network-get in --format=json'])
  const values = [...(network?.out ?? '').matchAll(/"value":"([^"]+)"/g)].map(([, value]) => value)
  assert.deepEqual(values, [first, '192.168.77.2'])
})

test('a model that Juju could never have is refused', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  model.unit('a/0').app.leader = 'a/7'
  await assert.rejects(model.settle(), /a is led by a\/7, which is none of its units/)
})
