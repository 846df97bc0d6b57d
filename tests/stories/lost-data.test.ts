// Two members of three without their data: a quorum that is lost for good, said plainly, refused to be recovered where it is not lost, and
// recovered once, from the one that has all of it.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import type { ActionResult } from './driver/driver.ts'
import { workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertSound, assertWrites, countKeys, deployServed, heal, runOn, unitsOf } from './sound.ts'

const title = 'two of three have lost their data: the third has all of it'
story(title, { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 3)
  const [one = '', two = '', last = ''] = await unitsOf(model)
  const recover = (confirm: boolean): Promise<ActionResult> =>
    model.runAction('etcd/leader', 'recover-quorum', { confirm })
  await using writer = new Writer(model, id, 'web', '/web/before/')

  await step('with a quorum there is nothing to recover', async () => {
    const refused = await recover(true)
    assert.equal(refused.status, 'failed')
    assert.match(refused.message, /refused: the cluster has its quorum/)
  })
  const written = (await writer.finish()).acknowledged

  await step('without it the one that is left says so, and waits for its operator', async () => {
    for (const unit of [one, two]) {
      const { service, paths } = await workloadOn(model, unit)
      await runOn(model, unit, `systemctl stop ${service}; rm -rf "$0"`, `${paths.data}/member`)
    }
    await model.updateStatus('etcd')
    await model.updateStatus('etcd')
    assert.match((await model.unit(last)).workload.message, /^quorum lost: 1 of 3/)
    assert.equal((await recover(false)).results.done, 'nothing')
  })

  await step('recovered, all have all of it', async () => {
    await recover(true)
    await model.settle()
    await heal(model)
    await assertSound(told)
    for (const unit of [one, two, last])
      assert.equal(await countKeys(model, unit, '/web/before/'), written, unit)
    await assertWrites(model, id, '/web/after')
  })
})
