// From one unit to five and back, to none, and to one again, while a client writes.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { Writer } from './chaos/writer.ts'
import { archives, connectAs, openWorld } from './world.ts'

test('one unit becomes three and five, three and one, none and one', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()

  for (const wanted of [3, 5, 3, 1]) {
    await t.test(`${wanted} units, and no write is lost`, async (story) => {
      await using writer = new Writer(model, id, 'web', `/web/${unitsOf(model).length}-${wanted}/`)
      for (let count = unitsOf(model).length; count < wanted; count += 1) await model.addUnit('etcd')
      // The oldest go first, the Juju leader and the founder among them.
      for (const unit of unitsOf(model).slice(0, unitsOf(model).length - wanted)) model.removeUnit(unit)
      const runs = (await model.settle()).length + (await heal(model))
      story.diagnostic(JSON.stringify({ units: wanted, runs, ...(await writer.finish()) }))
      await assertSound(model)
      assert.equal(model.databag(id, 'etcd').endpoints?.split(',').length, wanted)
    })
  }

  await t.test('the last unit goes, and a new one serves the same client anew', async () => {
    for (const unit of unitsOf(model)) model.removeUnit(unit)
    await model.settle()
    assert.deepEqual(unitsOf(model), [])
    await model.addUnit('etcd')
    await model.settle()
    await heal(model)
    await assertSound(model)
    const client = connectAs(model, id, 'web')
    await client.put('/web/again', '1')
    client.close()
  })
})
