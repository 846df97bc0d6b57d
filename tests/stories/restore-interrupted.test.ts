// On the emulator alone: hooks are killed at every step, and cables pulled.
// A restore that is killed wherever it can be goes on; one that waits for a unit says for which, goes on without it where the operator
// says so, and is taken back as if it had never been; whoever was left out joins what there is by then, and never serves what was.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../emulator/model/action.ts'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, membersAt, unitsOf } from './chaos/cluster.ts'
import { assertWrites, countKeys, deployServed, setAsideOn } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { votersOf } from './driver/etcd-on-a-unit.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { saveSnapshot } from './snapshots.ts'
import { openWorld, responsesOf } from './world.ts'

const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''

const restore = (model: Model, parameters: Readonly<Record<string, unknown>>) =>
  model.runAction(leaderOf(model), 'restore', parameters)

async function writeAWhile(model: Model, relation: number, prefix: string): Promise<number> {
  await using writer = new Writer(emulated(model), relation, 'web', prefix)
  await sleep(500)
  return (await writer.finish()).acknowledged
}

interface Written {
  readonly id: number
  readonly before: number
  readonly after: number
}

/** What was acknowledged before the snapshot `monday.db`, and after it. */
async function deployWritten(model: Model, units: number): Promise<Written> {
  const id = await deployServed(model, units)
  const before = await writeAWhile(model, id, '/web/before/')
  await saveSnapshot(emulated(model), leaderOf(model), 'monday.db')
  return { id, before, after: await writeAWhile(model, id, '/web/after/') }
}

async function assertHas(model: Model, { before }: Written, later: number): Promise<void> {
  for (const unit of unitsOf(model)) {
    assert.equal(await countKeys(model, unit, '/web/before/'), before)
    assert.equal(await countKeys(model, unit, '/web/after/'), later)
  }
}

for (const units of [1, 3])
  test(`a restore on ${units} is killed at every step, and goes on`, async () => {
    const model = await openWorld()
    after(() => model[Symbol.asyncDispose]())
    const written = await deployWritten(model, units)
    // Each time the action makes all of it ready again.
    const told = killEverywhere(model, { within: 2 })
    const begin = { file: 'monday.db', confirm: true }
    // An action that is killed is not run again by Juju: that is for its human to do; and hooks run between.
    for (let time = 0; time < 40 && (await restore(model, begin)).status !== 'completed'; time += 1)
      await model.settle()
    await model.settle()
    await heal(model)
    model.killHooks(() => false)
    for (const step of ['founding/write', 'service/stop', 'restore/put-in-force', 'service/start'])
      assert.ok(told.steps.has(step), step)
    await heal(model)
    await assertSound(model)
    await assertHas(model, written, 0)
    await assertWrites(model, written.id, '/web/again')
  })

test('a unit that is away is waited for; the restore is taken back, or goes on without it', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const written = await deployWritten(model, 3)
  const away = unitsOf(model).find((unit) => unit !== leaderOf(model)) ?? ''
  const other = unitsOf(model).find((unit) => unit !== leaderOf(model) && unit !== away) ?? ''
  const begin = async (): Promise<void> => {
    const { status, message } = await restore(model, { file: 'monday.db', confirm: true })
    assert.equal(status, 'completed', message)
    await model.settle()
    const { status: told, message: words } = model.unit(other).workload
    assert.equal(told, 'maintenance')
    assert.ok(words.startsWith(`restoring monday.db: waiting for ${away} to stand still;`), words)
  }

  await t.test('taken back: everybody goes on with what there was', async () => {
    await model.cutOff(away)
    await begin()
    assert.equal((await restore(model, { undo: true })).results.done, 'nothing')
    const undone = await restore(model, { undo: true, confirm: true })
    assert.equal(undone.results.done, 'the restore is taken back', undone.message)
    await model.settle()
    await model.plugIn(away)
    await heal(model)
    await assertSound(model)
    await assertHas(model, written, written.after)
    for (const unit of unitsOf(model)) assert.equal(await setAsideOn(model, unit), 0)
    const late = await restore(model, { undo: true, confirm: true })
    assert.match(late.message, /no restore is under way/)
  })

  await t.test('without it: the others serve what was restored, and it joins when it is back', async () => {
    await model.cutOff(away)
    await begin()
    const refused = await restore(model, { without: away, confirm: true })
    assert.match(refused.message, /takes force=true/)
    const forced = await restore(model, { without: away, force: true, confirm: true })
    assert.equal(forced.status, 'completed', forced.message)
    await model.settle()
    await heal(model)
    const others = unitsOf(model).filter((unit) => unit !== away)
    for (const unit of others) assert.deepEqual(await membersAt(model, unit), votersOf(others))
    const endpoints = responsesOf(model, written.id)[0]?.endpoints ?? ''
    assert.equal(endpoints.split(',').length, others.length)
    await model.plugIn(away)
    await heal(model)
    await assertSound(model)
    await assertHas(model, written, 0)
    const late = await restore(model, { undo: true, confirm: true })
    assert.match(late.message, /serves already/)
  })
})

test('undone after the data was put in force and before it served, all is as it was', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const written = await deployWritten(model, 3)
  const leader = leaderOf(model)
  const done: string[] = []
  let undone: Action | undefined
  // The leader's hook dies as it would start what was restored, and its operator is there before Juju runs it again.
  model.killHooks((unit, tool, args) => {
    const [step = ''] = unit === leader && tool === 'juju-log' ? (args.at(-1) ?? '').split(' ') : []
    if (step.startsWith('restore/')) done.push(step.replace(/:$/, ''))
    if (undone || !step.startsWith('service/start')) return false
    undone = model.askAction(leader, 'restore', { undo: true, confirm: true })
    return true
  })
  await restore(model, { file: 'monday.db', confirm: true })
  model.killHooks(() => false)
  assert.equal(undone?.status, 'completed', undone?.message)
  await heal(model)
  assert.deepEqual(done, ['restore/put-in-force', 'restore/take-back'])
  await assertSound(model)
  await assertHas(model, written, written.after)
})
