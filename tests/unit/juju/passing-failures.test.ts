// What Juju says of another thing than the one that was asked for, and what is over by itself.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { NotFound, NotLeader, RelationGone } from '../../../src/juju/index.ts'
import { calls, toolsThat } from './tools-that.ts'

const id = 'c0000000000000000070'
const found = { out: JSON.stringify({ [id]: { revision: 1, label: 'l', owner: 'application' } }) }
const absent = { err: 'ERROR secret "l" not found\n', code: 1 }
const asked = (tool: string): number =>
  readFileSync(calls, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${tool} `)).length

test('a secret is absent only by its own name: what is said of another one that is being deleted is no word about it', async () => {
  assert.equal(await toolsThat({ 'secret-info-get': absent }).secretInfo({ label: 'l' }), undefined)
  assert.equal(asked('secret-info-get'), 1)
  for (const err of ['ERROR secret not found\n', 'ERROR relation "6f1e" not found\n']) {
    const juju = toolsThat({ 'secret-info-get': [{ err, code: 1 }, found] })
    assert.equal((await juju.secretInfo({ label: 'l' }))?.revision, 1, err)
    const never = toolsThat({ 'secret-info-get': { err, code: 1 } }).secretInfo({ label: 'l' })
    await assert.rejects(never, (error) => !(error instanceof NotFound || error instanceof RelationGone))
    assert.equal(asked('secret-info-get'), 3)
  }
})

test('what a label names is read by its URI where Juju could not look at all labels', async () => {
  const lost = { err: 'ERROR consumer label "l" not found\n', code: 1 }
  const read = { out: '{"key":"kept"}' }
  const label = { label: 'l' }
  const there = toolsThat({ 'secret-get': [lost, read], 'secret-info-get': found })
  assert.deepEqual(await there.readSecret(label, { peek: true }), { key: 'kept' })
  assert.match(readFileSync(calls, 'utf8'), new RegExp(`secret-get secret:.*${id} --peek`))
  await assert.rejects(
    toolsThat({ 'secret-get': lost, 'secret-info-get': absent }).readSecret(label),
    NotFound,
  )
  // It is listed, and its latest revision is gone.
  const damaged = { err: 'ERROR getting latest secret revision: secret not found\n', code: 1 }
  const left = toolsThat({ 'secret-get': [lost, damaged], 'secret-info-get': found })
  await assert.rejects(left.readSecret(label), NotFound)
})

test('the goal state is asked for again where a unit of another application went meanwhile', async () => {
  const goal = { out: '{"units":{"etcd/0":{"status":"active"}},"relations":{}}' }
  for (const err of ['ERROR unit "web-17/0" not found\n', 'ERROR application is dead\n']) {
    const juju = toolsThat({ 'goal-state': [{ err, code: 1 }, goal] })
    assert.deepEqual([...(await juju.presentUnits())], ['etcd/0'])
  }
  const err = 'ERROR connection is shut down\n'
  await assert.rejects(toolsThat({ 'goal-state': [{ err, code: 1 }, goal] }).presentUnits(), /shut down/)
})

test('whoever leads no more is told so in any of Juju’s words', async () => {
  const row = { status: 'active', message: '' }
  const out = JSON.stringify({ 'application-status': { ...row, units: { 'etcd/0': row } } })
  const status = { status: 'blocked', message: 'x' } as const
  for (const err of ['ERROR permission denied\n', 'ERROR "etcd/0" is not leader of "etcd"\n']) {
    const refused = { err, code: 1 }
    for (const rows of [{ 'status-get': refused }, { 'status-get': { out }, 'status-set': refused }])
      await assert.rejects(toolsThat(rows).setStatus(status, { application: true }), NotLeader, err)
  }
})

test('a port that another unit of the machine has open is that unit’s, and no failure', async () => {
  const err =
    'ERROR cannot open 2379/tcp (unit "etcd/0"): port range conflicts with 2379/tcp (unit "legacy-etcd/0")\n'
  assert.equal(await toolsThat({ 'open-port': { err, code: 1 } }).openPort('2379/tcp'), 'legacy-etcd/0')
  assert.equal(await toolsThat({ 'open-port': {} }).openPort('2379/tcp'), undefined)
  const away = { err: 'ERROR connection is shut down\n', code: 1 }
  await assert.rejects(toolsThat({ 'open-port': away }).openPort('2379/tcp'), /shut down/)
})

test('of a resource another thing that is not found says nothing', async () => {
  const err = 'ERROR could not download resource: application "etcd" not found\n'
  await assert.rejects(toolsThat({ 'resource-get': { err, code: 1 } }).resourcePath('etcd'), /application/)
})
