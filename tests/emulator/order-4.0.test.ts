// The order of hooks in Juju 4.0, held against what a controller of 4.0.14 did (recordings/README.md); and how 3.6 differs.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { type Model, openModel } from './index.ts'
import { ask, packProbe, printed, teach } from './probe.ts'
import { hooksSince, recordedHooks } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

const ran = (model: Model): readonly string[] =>
  model.tables.journal.map(({ unit, hook }) => `${unit} ${hook}`)

test('row 11: changed options are told twice, once they are others', async () => {
  await using probe = await packProbe()
  const attached = join(dirname(probe.archive), 'other.bin')
  await writeFile(attached, 'other')
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('e', { archive: probe.archive })
    await model.settle()
    const at = model.tables.journal.length
    model.config('e', { title: 'y' })
    await model.settle()
    const recorded = recordedHooks('fresh: config once', 'e/2')
    assert.deepEqual(hooksSince(model, 'e/0', at), profile === '4.0' ? recorded : recorded.slice(1))
    model.config('e', { title: 'y' })
    assert.deepEqual(await model.settle(), [])
    const before = model.tables.journal.length
    model.attachResource('e', 'tool', attached)
    await model.settle()
    assert.deepEqual(hooksSince(model, 'e/0', before), recordedHooks('attach resource', 'a/1'))
  }
})

test('row 12: a resource that was never attached is not found', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('b', { archive: probe.archive })
  await model.settle()
  const [got] = await ask(model, 'b/0', ['resource-get tool'])
  assert.equal(got?.code, 1)
  assert.match(got?.err ?? '', /^ERROR could not download resource: .* resource "tool" not found\n$/)
})

test('row 22: the hook that a reboot cut off runs again before start, and an action stays running', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  let rebooted = false
  model.killHooks((_unit, tool) => {
    if (rebooted || tool !== 'is-leader') return false
    rebooted = true
    return 'reboot'
  })
  await teach(model, 'a/0', 'config-changed', ['is-leader'])
  let at = model.tables.journal.length
  model.config('a', { title: 'y' })
  await model.settle()
  // There the options had been changed while the machine was away.
  assert.deepEqual(hooksSince(model, 'a/0', at), [
    'config-changed',
    ...recordedHooks('restart in the middle of a hook', 'a/0'),
    'config-changed',
  ])
  at = model.tables.journal.length
  rebooted = false
  await teach(model, 'a/0', 'act', ['is-leader'])
  const action = await model.runAction('a/0', 'act')
  assert.equal(action.status, 'running')
  assert.deepEqual(hooksSince(model, 'a/0', at), recordedHooks('restart in the middle of an action', 'a/0'))
})

test('row 27: any of the units that were deployed together leads; by the first seed it is the first, as in 3.6', async () => {
  await using probe = await packProbe()
  const leaderOf = async (seed: number, profile: '3.6' | '4.0'): Promise<string | undefined> => {
    await using model = await openModel({ ...options, seed, profile })
    await model.deploy('a', { archive: probe.archive, units: 2 })
    return model.unit('a/0').app.leader
  }
  const leaders = await Promise.all([2, 7].map((seed) => leaderOf(seed, '4.0')))
  assert.deepEqual([...new Set(leaders)].sort(), ['a/0', 'a/1'])
  assert.deepEqual([await leaderOf(1, '4.0'), await leaderOf(2, '3.6')], ['a/0', 'a/0'])
})

test('row 28: between joined and changed of a unit come hooks of other relations, and none of the same', async () => {
  await using probe = await packProbe()
  let between = 0
  for (const seed of [1, 2, 3, 4]) {
    await using model = await openModel({ ...options, seed })
    await model.deploy('b', { archive: probe.archive })
    await model.deploy('a', { archive: probe.archive, units: 2 })
    await model.settle()
    const at = model.tables.journal.length
    model.integrate('a:out', 'b:in')
    model.integrate('b:out', 'a:in')
    await model.settle()
    const hooks = hooksSince(model, 'b/0', at)
    for (const endpoint of ['in', 'out']) {
      const own = hooks.filter((row) => row.startsWith(`${endpoint}-`))
      for (const [nth, row] of own.entries())
        if (row.includes('-joined')) assert.equal(own[nth + 1], row.replace('joined', 'changed'))
    }
    between += hooks.filter(
      (row, nth) => row.includes('-joined') && hooks[nth + 1] !== row.replace('joined', 'changed'),
    ).length
  }
  assert.ok(between > 0)
})

test('row 36: endpoints that were related shortly before are created, and joined when the agents have been restarted', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.deploy('b', { archive: probe.archive })
  await model.settle()
  const at = model.tables.journal.length
  const { id } = model.integrate('a:out', 'b:in')
  model.stallRelation(id)
  await model.settle()
  assert.deepEqual(hooksSince(model, 'a/0', at), ['out-relation-created'])
  const [list] = await ask(model, 'a/0', [`relation-list -r ${id}`])
  assert.equal(list?.out, '')
  model.restartAgents()
  await model.settle()
  assert.deepEqual(hooksSince(model, 'a/0', at).slice(1), [
    'out-relation-joined b/0',
    'out-relation-changed b/0',
  ])
  assert.ok(ran(model).includes('b/0 in-relation-joined'))
})

test('a member’s databag is as it was when a hook about that unit ran, whatever else has run since', async () => {
  await using probe = await packProbe()
  const read = 'relation-get -r "$(relation-ids peers)" k a/1'
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive, units: 2 })
    await teach(model, 'a/0', 'peers-relation-changed', ['relation-get k $JUJU_REMOTE_UNIT'])
    await model.settle()
    await teach(model, 'a/1', 'act', ['relation-set -r "$(relation-ids peers)" k=v'])
    await actAtOnce(model, 'a/1')
    assert.equal(model.databag(0, 'a/1').k, 'v')
    // The action runs before the hook that tells of it.
    await teach(model, 'a/0', 'act', [read])
    await actAtOnce(model, 'a/0')
    const [before] = await printed(model, 'a/0', 'act', 1)
    await model.settle()
    const [told] = await printed(model, 'a/0', 'peers-relation-changed', 1)
    const [after] = await ask(model, 'a/0', [read])
    assert.deepEqual([before?.out, told?.out, after?.out], ['', 'v\n', 'v\n'])
    // An agent that was restarted has kept nothing.
    await teach(model, 'a/1', 'act', ['relation-set -r "$(relation-ids peers)" k=w'])
    await actAtOnce(model, 'a/1')
    model.restartAgents()
    await teach(model, 'a/0', 'act', [read])
    await actAtOnce(model, 'a/0')
    assert.equal((await printed(model, 'a/0', 'act', 1))[0]?.out, 'w\n')
  }
})

/** Before the other hooks that are due on that unit. */
async function actAtOnce(model: Model, unit: string): Promise<void> {
  const action = model.askAction(unit, 'act')
  while (action.status === 'pending') await model.runOne()
}
