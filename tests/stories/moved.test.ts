// The only unit is to move to another machine: a new one is added and the old one removed, and what Juju does first is chance. Either the new
// unit has all of the data, or it says that nobody has it: an empty cluster would be served to clients as if it were theirs.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { story } from './driver/story.ts'
import { assertSound, assertWrites, countKeys, deployServed, heal, unitsOf } from './sound.ts'

const gone = /^no unit has the cluster's data; attach its storage again, or run recover-quorum/
const keys = 20

story('a unit is added, and the only one that has data removed at once', { ownModel: true }, async (told) => {
  const { model, note, step } = told
  const relation = await deployServed(model, 1)
  const [old = ''] = await unitsOf(model)
  await withClient(model, relation, 'web', async (client) => {
    for (let nth = 0; nth < keys; nth += 1) await client.put(`/web/kept/${nth}`, 'x')
  })
  let lost = false

  await step('the new unit has the data, or says that it is gone', async () => {
    await model.addUnit('etcd')
    await model.removeUnit(old)
    await model.settle()
    await heal(model)
    const [unit = ''] = await unitsOf(model)
    const { status, message } = (await model.unit(unit)).workload
    note(`${status}: ${message}`)
    lost = status !== 'active'
    if (lost) assert.match(message, gone)
    else assert.equal(await countKeys(model, unit, '/web/kept/'), keys)
  })

  await step('where it is gone, the operator has an empty cluster begun', async () => {
    if (!lost) return
    const { results } = await model.runAction('etcd/leader', 'recover-quorum', { confirm: true })
    assert.equal(results.done, 'recovery has begun')
    await model.settle()
    await heal(model)
  })
  await assertSound(told)
  await assertWrites(model, relation, '/web/after')
})
