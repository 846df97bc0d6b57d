// On the emulator alone: agents of another model are stopped for good.
// The end of access is the operator's to bring about: a consumer that never lets go of its relation, or that comes back under another
// name, has what it had until then and nothing after it, over connections that it keeps open and over new ones.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { connectAcross, relateAcross } from './driver/across.ts'
import { emulated } from './driver/emulated-model.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { succeeds } from './intruder.ts'
import { lookAtEtcd, openWorld, seed } from './world.ts'

/** Until no unit has anything to do; those of a model that is away have. */
async function rest(model: Model): Promise<void> {
  while (await model.runOne());
}

for (const profile of ['3.6', '4.0'] as const)
  test(`a consumer in another model that keeps its removed relation from ending, on Juju ${profile}`, async (story) => {
    await using world = await openWorld({ profile, seed })
    const model = emulated(world, profile)
    const config = { prefix: '/web/', request: 'v1' }
    const across = await relateAcross(model, { charm: 'client', config })
    const consumer = emulatorOf(across.consumer)
    const open = await connectAcross(across)
    await using _closed = { [Symbol.asyncDispose]: async () => open.close() }
    const tries = async (): Promise<readonly boolean[]> => {
      const fresh = await connectAcross(across)
      const did = [await succeeds(open.put('/web/a', 'open')), await succeeds(fresh.put('/web/a', 'new'))]
      fresh.close()
      return did
    }
    assert.deepEqual(await tries(), [true, true])
    // Its units run no hook any more, as if their agents were stopped.
    consumer.controller('away')
    world.removeRelation(across.there)
    await rest(world)
    const kept = await tries()

    await story.test('is told of with the means that help, while it has access', () => {
      const { message } = world.unit('etcd/0').app.status
      if (kept.some(Boolean)) {
        assert.match(message, /revoke-client common-name=web confirm=true; web keeps its access until .* UTC/)
        assert.doesNotMatch(message, /remove it/)
      } else assert.equal(message, '')
    })

    await story.test('is out when the operator says so, over open connections and new ones', async () => {
      const run = async (params: Record<string, unknown>) => {
        const action = world.askAction('etcd/0', 'revoke-client', { 'common-name': 'web', ...params })
        await rest(world)
        return action
      }
      if (!kept.some(Boolean)) return
      assert.match((await run({})).results.done ?? '', /nothing/)
      assert.deepEqual(await tries(), [true, true])
      assert.match((await run({ confirm: true })).results.done ?? '', /no user in etcd/)
      await rest(world)
      assert.deepEqual(await tries(), [false, false])
    })
    assert.deepEqual((await lookAtEtcd(world)).users, ['root'])
    assert.deepEqual(await model.failedHooks(), [])
  })
