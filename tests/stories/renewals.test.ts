// Renewals in a storm: a client that rotates again and again rolls members once in `client-restart-interval`. Meanwhile it is served by
// the certificate of before, knows why, and keeps nobody else waiting.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { accepts } from './handshake.ts'
import { assertNoHookFailed, deployRequirer, typescriptV0 } from './requirers.ts'
import { archives, connectAs, credentialsOf, lookAtEtcd, openWorld } from './world.ts'

const rounds = 30

const codesOf = (model: Model, relation: number): readonly number[] =>
  JSON.parse(model.databag(relation, 'etcd').status ?? '[]').map(({ code }: { code: number }) => code)

test('a client rotates each second: one roll in the interval, and a newcomer is served in between', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, config: { 'client-restart-interval': 86_400 } })
  for (const name of ['web', 'other']) await deployRequirer(model, typescriptV0, name)
  await model.settle()
  const web = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const { address } = model.unit('etcd/0').host
  const starts = async (): Promise<number> => (await lookAtEtcd(model)).starts
  const rotate = () => model.runAction('web/0', 'rotate')
  const credentials = () => credentialsOf(model, web.id, 'web')
  const begun = await starts()
  let inForce = credentials()

  await t.test('the first renewal is rolled at once', async () => {
    await rotate()
    assert.equal((await starts()) - begun, 1)
    inForce = credentials()
    assert.ok(await accepts(address, inForce))
    assert.deepEqual(codesOf(model, web.id), [])
  })

  await t.test(
    `${rounds} more: no restart, the one in force works all along, and the client is told`,
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await rotate()
        assert.ok(await accepts(address, inForce), `after ${round + 1} rotations`)
      }
      assert.equal((await starts()) - begun, 1)
      assert.deepEqual(codesOf(model, web.id), [4104])
      const { results } = await model.runAction('etcd/0', 'list-clients')
      assert.match(results.clients ?? '', /web .*served; the new certificate waits/)
      assert.match(model.unit('etcd/0').app.status.message, /\(web\): the new certificate waits/)
    },
  )

  await t.test('a newcomer is served at once, and its roll takes the waiting renewal along', async () => {
    const other = model.integrate('etcd:etcd-client', 'other:etcd')
    await model.settle()
    assert.equal((await starts()) - begun, 2)
    const client = connectAs(model, other.id, 'other')
    await client.put('/other/a', 'served')
    client.close()
    assert.ok(await accepts(address, credentials()), 'the newest of all')
    assert.equal(await accepts(address, inForce), false)
    assert.deepEqual(codesOf(model, web.id), [])
    inForce = credentials()
  })

  await t.test('one that waits is rolled by update-status, once the interval is over', async () => {
    await rotate()
    assert.deepEqual(codesOf(model, web.id), [4104])
    await model.updateStatus('etcd')
    assert.equal((await starts()) - begun, 2)
    model.config('etcd', { 'client-restart-interval': 1 })
    await model.settle()
    await model.updateStatus('etcd')
    assert.equal((await starts()) - begun, 3)
    assert.ok(await accepts(address, credentials()))
    assert.deepEqual(model.unit('etcd/0').app.status, { status: 'active', message: '' })
  })
  assertNoHookFailed(model)
})
