// A consumer drops the offer, and comes again: in Juju 4.0 the offering side never hears of the first relation's end, and lists it for good.

import assert from 'node:assert/strict'
import { assertWorks, connectAcross, consumeOffer, relateAcross } from './driver/across.ts'
import { untilServed } from './driver/deployments.ts'
import { emulatorOf, runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

const dropped =
  'a consumer drops the offer, and comes again: the first relation is listed for good, and counts for nothing'
story(dropped, { needs: ['cross-model', 'faults'], ownModel: true }, async ({ model, step }) => {
  const { tables } = emulatorOf(model)
  const across = await relateAcross(model, { charm: 'client', config: { prefix: '/web/', request: 'v1' } })
  const { consumer, there } = across

  await step('its access ends by update-status, and one hook is run twice', async () => {
    const client = await connectAcross(across)
    await client.put('/web/a', '1')
    const runs = await runsDuring(model, async () => {
      await consumer.removeSaas('etcd')
      await model.settle()
      await model.updateStatus()
    })
    assert.deepEqual(
      runs.filter(({ exit }) => exit !== 0).map(({ hook, exit }) => `${hook} ${exit}`),
      ['etcd-client-relation-departed flush'],
    )
    await assert.rejects(client.get('/web/a'))
    client.close()
    assert.ok(tables.relations.has(there))
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    await model.updateStatus()
    assert.deepEqual(
      (await model.secrets()).filter(({ label }) => label.startsWith('etcd-client.')),
      [],
    )
    const quiet = await runsDuring(model, () => model.updateStatus())
    assert.deepEqual(writesOf(quiet), [])
    assert.deepEqual((await model.application('etcd')).status, { status: 'active', message: '' })
  })

  await step('the same client comes again, its units come and go, and its end is heard', async () => {
    const { here } = await consumeOffer(model, consumer)
    await untilServed(consumer, ['web'])
    await assertWorks(consumer)
    await consumer.addUnit('web')
    await model.settle()
    const gone = (await consumer.units('web')).at(-1)?.name ?? ''
    await consumer.removeUnit(gone)
    await model.settle()
    await model.updateStatus()
    await assertWorks(consumer)
    await consumer.removeRelation(here)
    await model.settle()
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
  })
})
