// On the emulator alone: of a Juju before 3.6.2, which lacks a hook tool.
// A requirer in another model, served by a Juju that lacks what later ones have.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consumeOffer } from './driver/across.ts'
import { untilServed } from './driver/deployments.ts'
import { emulated } from './driver/emulated-model.ts'
import { openWorld } from './world.ts'

// A Juju before 3.6.2 has no tool that names the other model: then the name that it made for the consumer tells.
test('a requirer in another model is known by its name where Juju does not name models (C70)', async () => {
  await using world = await openWorld({ profile: '3.6', without: ['relation-model-get'] })
  const model = emulated(world, '3.6')
  const consumer = await model.another()
  await model.deploy('etcd', { charm: 'etcd' })
  await consumer.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await model.settle()
  const { here } = await consumeOffer(model, consumer)
  await untilServed(consumer, ['web'])
  assert.ok((await consumer.databag(here, 'web'))['encryption-secret'])
  assert.deepEqual([...(await model.failedHooks()), ...(await consumer.failedHooks())], [])
})
