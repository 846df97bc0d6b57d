// From one unit to three and back, to none, and to one again, while a client writes.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { deployPair, relatePair } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { scale, untilServing } from './scaling.ts'
import { assertSound, unitsOf } from './sound.ts'

story('one unit becomes three, one, none and one', { ownModel: true }, async (told) => {
  const { model, step } = told
  await deployPair(model)
  const relation = await relatePair(model)
  await scale(told, relation, [3, 1])

  await step('the last unit goes, and a new one serves the same client anew', async () => {
    for (const unit of await unitsOf(model)) await model.removeUnit(unit)
    await model.settle()
    assert.deepEqual(await unitsOf(model), [])
    await model.addUnit('etcd')
    await untilServing(model, relation, 1)
    await withClient(model, relation, 'web', (client) => client.put('/web/again', '1'))
    await assertSound(told)
  })
})
