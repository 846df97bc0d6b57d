// How units and relations end in Juju 4.0, held against what a controller of 4.0.14 did (recordings/README.md); and how 3.6 differs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openModel } from './index.ts'
import { ask, packProbe, printed, teach } from './probe.ts'
import { hooksSince, recordedCall, recordedHooks } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const seeds = [1, 2, 3] as const

/** e with three units, f with one, related; the leader of e is `e/1`, as it was on the controller. */
async function openFresh(archive: string, seed = 1, profile: '3.6' | '4.0' = '4.0'): Promise<Model> {
  const model = await openModel({ ...options, seed, profile })
  await model.deploy('e', { archive, units: 3 })
  await model.deploy('f', { archive })
  model.unit('e/0').app.leader = 'e/1'
  model.integrate('e:out', 'f:in')
  await model.settle()
  return model
}

test('row 1: a peer that went is told to nobody before the agents were restarted; goal-state knows', async () => {
  await using probe = await packProbe()
  await using model = await openFresh(probe.archive)
  const at = model.tables.journal.length
  model.removeUnit('e/0')
  await model.settle()
  const first = 'fresh: remove a non-leader e/0'
  for (const unit of ['e/0', 'e/1', 'e/2', 'f/0'])
    assert.deepEqual(hooksSince(model, unit, at), recordedHooks(first, unit), unit)
  const list = 'relation-list -r "$(relation-ids peers)"'
  const [peers, goal] = await ask(model, 'e/2', [list, 'goal-state --format json'])
  assert.equal(peers?.out, recordedCall(first, 'e/2', list).out)
  assert.doesNotMatch(goal?.out ?? '', /e\/0/)

  const later = model.tables.journal.length
  await teach(model, 'e/1', 'remove', ['relation-set -r 0 bye=1'])
  model.removeUnit('e/1')
  await model.settle()
  const second = 'fresh: remove the leader e/1'
  for (const unit of ['e/1', 'e/2', 'f/0'])
    assert.deepEqual(hooksSince(model, unit, later), recordedHooks(second, unit), unit)
  assert.equal(model.unit('e/2').app.leader, 'e/2')

  const last = model.tables.journal.length
  model.restartAgents()
  await model.settle()
  assert.deepEqual(
    hooksSince(model, 'e/2', last),
    recordedHooks('fresh: restart of the agent that still lists peers that are gone', 'e/2'),
  )
  assert.equal((await ask(model, 'e/2', [list]))[0]?.out, '')
})

test('row 10: the others hear of a unit on its way out when it has broken the relation, and it leads to its last hook', async () => {
  await using probe = await packProbe()
  for (const seed of seeds) {
    await using model = await openFresh(probe.archive, seed)
    const at = model.tables.journal.length
    for (const hook of ['stop', 'remove']) await teach(model, 'e/1', hook, ['is-leader'])
    let led = ''
    model.removeUnit('e/1')
    for (let run = await model.runOne(); run; run = await model.runOne())
      if (run.unit === 'e/1' && run.hook === 'remove') led = run.calls[0]?.code === 0 ? run.hook : ''
    const order = model.tables.journal.slice(at).map((run) => `${run.unit} ${run.hook}`)
    assert.ok(
      order.indexOf('e/1 out-relation-broken') < order.indexOf('f/0 in-relation-departed'),
      `${order}`,
    )
    const elected = order.findIndex((row) => row.endsWith('leader-elected'))
    assert.ok(led && elected > order.indexOf('e/1 remove'), `${order}`)
  }
})

test('row 4: relation-ids lists the relation that breaks; 3.6 does not', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openFresh(probe.archive, 1, profile)
    await teach(model, 'f/0', 'in-relation-broken', ['relation-ids in'])
    model.removeRelation(2)
    await model.settle()
    const [ids] = await printed(model, 'f/0', 'in-relation-broken', 1)
    const recorded = recordedCall('remove-relation, clean', 'b/1', 'relation-ids out', 'out-relation-broken')
    assert.equal(ids?.out, profile === '4.0' ? recorded.out.replace('out:4', 'in:2') : '')
  }
})

/** a with four units and b with two, related both ways before the agents were restarted, as in the model fid-a. */
async function openRestarted(archive: string, seed: number): Promise<Model> {
  const model = await openModel({ ...options, seed })
  await model.deploy('b', { archive, units: 2 })
  await model.deploy('a', { archive, units: 4 })
  model.unit('a/2').app.leader = 'a/2'
  model.integrate('a:out', 'b:in')
  model.integrate('b:out', 'a:in')
  await model.settle()
  model.restartAgents()
  await model.settle()
  return model
}

test('row 5: an agent that was restarted breaks the peer relation, not last, and the peers hear of it', async () => {
  await using probe = await packProbe()
  for (const seed of seeds) {
    await using model = await openRestarted(probe.archive, seed)
    const at = model.tables.journal.length
    const lines = [
      'echo "<$JUJU_REMOTE_APP>"',
      'relation-ids peers',
      'relation-list --app',
      'relation-get --app',
    ]
    await teach(model, 'a/2', 'peers-relation-broken', lines)
    await teach(model, 'a/2', 'stop', ['relation-ids peers'])
    let asked: readonly { readonly out: string; readonly err: string }[] = []
    model.removeUnit('a/2')
    for (let run = await model.runOne(); run; run = await model.runOne())
      if (run.unit === 'a/2' && run.hook === 'peers-relation-broken')
        asked = await printed(model, 'a/2', run.hook, lines.length)
    const situation = 'remove leader unit a/2'
    const hooks = hooksSince(model, 'a/2', at)
    assert.deepEqual([...hooks].sort(), [...recordedHooks(situation, 'a/2')].sort())
    assert.deepEqual(hooks.slice(-2), ['stop', 'remove'])
    const [app, ids, own, none] = asked
    const of = (line: string): string => recordedCall(situation, 'a/2', line, 'peers-relation-broken').out
    assert.deepEqual(
      [app?.out, ids?.out, own?.out],
      ['<>\n', of('relation-ids peers'), of('relation-list --app')],
    )
    assert.equal(
      none?.err,
      recordedCall(situation, 'a/2', 'relation-get --app --format json', 'peers-relation-broken').err,
    )
    assert.deepEqual(hooksSince(model, 'a/1', at), recordedHooks(situation, 'a/1'))
  }
})

test('row 5: what was related before a restart breaks with nobody named at the other end', async () => {
  await using probe = await packProbe()
  await using model = await openRestarted(probe.archive, 1)
  const at = model.tables.journal.length
  model.removeRelation(2)
  await model.settle()
  const ends = model.tables.journal.slice(at).filter(({ hook }) => hook.endsWith('-broken'))
  assert.deepEqual([...new Set(ends.map(({ env }) => env.JUJU_REMOTE_APP))], [''])
  const departed = model.tables.journal.slice(at).filter(({ hook }) => hook.endsWith('-departed'))
  assert.ok(departed.every(({ env }) => env.JUJU_REMOTE_APP !== ''))
})
