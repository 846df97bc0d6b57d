// On the emulator alone: hooks are killed at every step.
// The charm's process is killed at every step of a relation with another model; the client is served, goes on and is out as without it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertWorks, connectAcross, consumeOffer } from './driver/across.ts'
import { emulated } from './driver/emulated-model.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { openWorld } from './world.ts'

for (const profile of ['3.6', '4.0'] as const)
  test(`whatever step of a relation with another model is killed, it is offered one key and keeps or ends its client, on Juju ${profile}`, async (t) => {
    await using world = await openWorld({ profile })
    const model = emulated(world, profile)
    const consumer = await model.another()
    await model.deploy('etcd', { charm: 'etcd' })
    await consumer.deploy('web', { charm: 'client', config: { prefix: '/web/', request: 'v1' } })
    await model.settle()
    const told = killEverywhere(world)

    const across = await consumeOffer(model, consumer)
    await assertWorks(consumer)
    const client = await connectAcross(across)
    await model.suspendRelation(across.there)
    await model.settle()
    await client.put('/web/a', 'suspended')
    await model.resumeRelation(across.there)
    await model.settle()
    await consumer.runAction('web/leader', 'rotate')
    await model.settle()
    await assertWorks(consumer)
    const offered = (await model.secrets()).filter(({ label }) => label.endsWith('.encryption'))
    assert.equal(offered.length, 1)

    // In 4.0 nobody sees the end of one that is suspended (suspended-end.test.ts).
    if (profile === '3.6') await model.suspendRelation(across.there)
    await model.settle()
    await model.removeRelation(across.there)
    await model.updateStatus()
    await assert.rejects(client.get('/web/a'))
    client.close()
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    for (const step of ['encryption/offer', 'answer/publish', 'user/delete'])
      assert.ok(told.steps.has(step), step)
    t.diagnostic(`${told.kills} kills`)
    assert.deepEqual([...(await model.failedHooks()), ...(await consumer.failedHooks())], [])
  })
