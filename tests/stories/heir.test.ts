// On the emulator alone: a unit's hooks are killed, so that its member is a learner still when the other one goes.
// The last voter leaves: the learner, which has all of its data, votes in its place and serves what it had.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal, membersAt, unitsOf } from './chaos/cluster.ts'
import { connectAs, deployPair, openWorld } from './world.ts'

test('the last voter leaves beside a learner, and nothing that was written is lost', async (t) => {
  await using model = await openWorld()
  await deployPair(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const before = connectAs(model, id, 'web')
  await before.put('/web/kept', 'x')
  before.close()

  await model.addUnit('etcd')
  // Its own hooks never come to where it would have itself made a voter.
  model.killHooks(
    (unit, _tool, args) => unit === 'etcd/1' && (args.at(-1) ?? '').startsWith('member/promote'),
  )
  const joined = async (): Promise<boolean> =>
    (await membersAt(model, 'etcd/0')).some(({ name, learner }) => name === 'etcd-1' && learner)
  while (!(await joined())) assert.ok(await model.runOne(), 'etcd/1 joins as a learner')
  await model.removeUnit('etcd/0')
  const ran = model.tables.journal.length
  while (unitsOf(model).length > 1) await model.runOne()
  model.killHooks(() => false)
  await model.settle()
  const last = model.tables.journal.slice(ran).filter(({ unit }) => unit === 'etcd/0')
  t.diagnostic(last.map(({ hook, log }) => [hook, ...log].join(' ')).join('; '))

  assert.deepEqual(unitsOf(model), ['etcd/1'])
  // Its member has left, and etcd/1 has the data: nobody had yet to join.
  for (const { hook, log } of last) assert.doesNotMatch(log.join('; '), /had yet to join/, hook)
  await heal(model)
  await assertSound(model)
  const after = connectAs(model, id, 'web')
  assert.equal(await after.get('/web/kept'), 'x')
  after.close()
})
