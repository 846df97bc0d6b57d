// What the leader has told its units, lost or not to be read: nothing is made anew in its place that members would break with.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { openWorld } from './world.ts'

function peerBag(model: Model): Record<string, string> {
  const bag = [...model.tables.relations.values()].find(({ ends }) => ends.length === 1)?.bags.get('etcd')
  assert.ok(bag)
  return bag
}

const pidOf = async (model: Model, unit: string): Promise<string> =>
  (await model.unit(unit).host.run(['pgrep', '-x', 'etcd'])).stdout.trim()

test('authorities that the databag has lost come back from their secret; without it nobody makes others', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  const bag = peerBag(model)
  const { authorities = '' } = bag
  const pids = await Promise.all(unitsOf(model).map((unit) => pidOf(model, unit)))
  delete bag.authorities
  await heal(model)
  assert.equal(peerBag(model).authorities, authorities)
  await assertSound(model)
  assert.deepEqual(await Promise.all(unitsOf(model).map((unit) => pidOf(model, unit))), pids)
  delete bag.authorities
  for (const [key, { label }] of model.tables.secrets)
    if (label === 'etcd-authorities') model.tables.secrets.delete(key)
  await model.updateStatus('etcd')
  assert.equal(peerBag(model).authorities, undefined)
  const { status, message } = model.unit('etcd/0').workload
  assert.match(`${status}: ${message}`, /^blocked: secret etcd-authorities is gone/)
  await assertWrites(model, id, '/web/still')
})

test('a databag of another revision stops the charm, and no member and no client', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  const bag = peerBag(model)
  const before = { ...bag }
  Object.assign(bag, { founding: '{"v":2}', [`client.${id}`]: '{"state":"adored"}' })
  await model.updateStatus('etcd')
  await model.updateStatus('etcd')
  for (const unit of unitsOf(model)) {
    const { status, message } = model.unit(unit).workload
    assert.match(
      `${status}: ${message}`,
      /^blocked: this revision can't read .* client\.\d+, founding; refresh/,
    )
  }
  assert.notEqual(await pidOf(model, 'etcd/1'), '')
  await assertWrites(model, id, '/web/still')
  Object.assign(bag, before)
  await heal(model)
  await assertSound(model)
  await assertWrites(model, id, '/web/again')
})
