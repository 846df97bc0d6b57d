// Renewals in a storm: a client that rotates again and again rolls members once in `client-restart-interval`. Meanwhile it is served by
// the certificate of before, knows why, and keeps nobody else waiting.

import assert from 'node:assert/strict'
import { credentialsOf, withClient } from './driver/client.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { accepts } from './handshake.ts'
import { deployRequirer, typescriptV0 } from './requirers.ts'

const rounds = 30

async function codesOf(model: StoryModel, relation: number): Promise<readonly number[]> {
  const { status = '[]' } = await model.databag(relation, 'etcd')
  return JSON.parse(status).map(({ code }: { code: number }) => code)
}

const title = 'a client rotates each second: one roll in the interval, and a newcomer is served in between'
story(title, { ownModel: true }, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd', config: { 'client-restart-interval': 86_400 } })
  for (const name of ['web', 'other']) await deployRequirer(model, typescriptV0, name)
  await model.settle()
  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const { address } = await model.unit('etcd/leader')
  const starts = async (): Promise<number> => (await lookAtEtcd(model)).starts
  const rotate = async (): Promise<void> => {
    await model.runAction('web/leader', 'rotate')
    await model.settle()
  }
  const credentials = () => credentialsOf(model, web, 'web')
  const begun = await starts()
  let inForce = await credentials()

  await step('the first renewal is rolled at once', async () => {
    await rotate()
    assert.equal((await starts()) - begun, 1)
    inForce = await credentials()
    assert.ok(await accepts(address, inForce))
    assert.deepEqual(await codesOf(model, web), [])
  })

  await step(
    `${rounds} more: no restart, the one in force works all along, and the client is told`,
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await rotate()
        assert.ok(await accepts(address, inForce), `after ${round + 1} rotations`)
      }
      assert.equal((await starts()) - begun, 1)
      assert.deepEqual(await codesOf(model, web), [4104])
      const { results } = await model.runAction('etcd/leader', 'list-clients')
      assert.match(results.clients ?? '', /web .*served; the new certificate waits/)
      assert.match((await model.application('etcd')).status.message, /\(web\): the new certificate waits/)
    },
  )

  await step('a newcomer is served at once, and its roll takes the waiting renewal along', async () => {
    const other = await model.integrate('etcd:etcd-client', 'other:etcd')
    await model.settle()
    assert.equal((await starts()) - begun, 2)
    await withClient(model, other, 'other', (client) => client.put('/other/a', 'served'))
    assert.ok(await accepts(address, await credentials()), 'the newest of all')
    assert.equal(await accepts(address, inForce), false)
    assert.deepEqual(await codesOf(model, web), [])
    inForce = await credentials()
  })

  await step('one that waits is rolled by update-status, once the interval is over', async () => {
    await rotate()
    assert.deepEqual(await codesOf(model, web), [4104])
    await model.updateStatus('etcd')
    assert.equal((await starts()) - begun, 2)
    await model.configure('etcd', { 'client-restart-interval': 1 })
    await model.settle()
    await model.updateStatus('etcd')
    assert.equal((await starts()) - begun, 3)
    assert.ok(await accepts(address, await credentials()))
    assert.deepEqual((await model.application('etcd')).status, { status: 'active', message: '' })
  })
  await assertNoFailedHooks(model)
})
