// A provider's unit that goes takes no client's access with it, be it the leader and be its lease alive to the end; what it would have
// cleaned up, whoever leads next does.

import assert from 'node:assert/strict'
import { type Across, connectAcross, relateAcross, removeSuspended } from './driver/across.ts'
import { connectAs } from './driver/client.ts'
import { assertNoFailedHooks, untilServed } from './driver/deployments.ts'
import { emulatorOf, runsDuring } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

/** Hook-tool calls of each unit that is told of another token with the same certificate in it. */
async function callsToRead({ provider, consumer }: Across): Promise<readonly number[]> {
  const runs = await runsDuring(provider, async () => {
    await consumer.runAction('web/leader', 'resend')
    await provider.settle()
  })
  return runs
    .filter((run) => run.hook === 'etcd-client-relation-changed')
    .toSorted((a, b) => a.unit.localeCompare(b.unit))
    .map((run) => run.calls.length)
}

story(
  'the provider’s leader is removed while clients of two models are related',
  { needs: ['cross-model', 'faults'], ownModel: true },
  async ({ model, step, note }) => {
    const across = await relateAcross(model, { charm: 'client', config: { prefix: '/far/', request: 'v1' } })
    const { consumer, there } = across
    await model.addUnit('etcd')
    await model.settle()
    const alone = await callsToRead(across)
    const config = { prefix: '/near/', 'common-name': 'near' }
    await model.deploy('near', { charm: 'client', config })
    const relation = await model.integrate('etcd:etcd-client', 'near:etcd')
    await untilServed(model, ['near'])
    const leader = (await model.unit('etcd/leader')).name
    const [near, far] = [await connectAs(model, relation, 'near'), await connectAcross(across)]

    await step('a hook about one of them costs what it cost when it was the only one', async () => {
      note(`another token of the same certificate: ${alone.join(', ')} hook-tool calls, a unit each`)
      assert.deepEqual(await callsToRead(across), alone)
    })

    await step('both go on, with what they have and with new certificates (N05)', async () => {
      const runs = await runsDuring(model, async () => {
        emulatorOf(model).removeUnit(leader, { keepsLease: true })
        await model.settle()
      })
      const last = runs.filter((run) => run.unit === leader)
      assert.equal(last.filter(({ hook }) => hook === 'etcd-client-relation-broken').length, 2)
      const answering = last.filter(({ log }) => log.some((line) => line.includes('answer/publish')))
      assert.deepEqual(
        answering.map(({ hook }) => hook),
        ['data-storage-detaching'],
        'clients are told as soon as the member has left',
      )
      assert.deepEqual((await lookAtEtcd(model)).users, ['near', 'root', 'web'])
      await near.put('/near/a', '1')
      await far.put('/far/a', '1')
      for (const [requirer, app, key] of [
        [model, 'near', '/near/a'],
        [consumer, 'web', '/far/a'],
      ] as const) {
        await requirer.runAction(`${app}/leader`, 'rotate')
        await model.settle()
        const { status, message } = await requirer.runAction(`${app}/leader`, 'put', { key, value: '2' })
        assert.equal(status, 'completed', message)
      }
      near.close()
      far.close()
    })

    await step('the next leader suspends, resumes and ends as the first would have (N05, N06)', async () => {
      await model.suspendRelation(there)
      await model.settle()
      assert.deepEqual((await lookAtEtcd(model)).users, ['near', 'root', 'web'])
      await model.resumeRelation(there)
      await model.settle()
      await model.removeRelation(there)
      await model.removeRelation(relation)
      await model.updateStatus()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      await assertNoFailedHooks(model)
      await assertNoFailedHooks(consumer)
    })
  },
)

story(
  'a leader that is removed while a relation is suspended leaves that to the next',
  { needs: ['cross-model'], ownModel: true, profiles: 'each' },
  async ({ model, step }) => {
    const across = await relateAcross(model, { charm: 'client', config: { prefix: '/far/' } })
    await model.addUnit('etcd')
    await model.settle()
    const leader = (await model.unit('etcd/leader')).name
    const client = await connectAcross(across)

    await step('the client goes on, and is out when the relation is gone (N05, N06)', async () => {
      await model.suspendRelation(across.there)
      await model.settle()
      await model.removeUnit(leader)
      await model.settle()
      await model.updateStatus()
      await client.put('/far/a', '1')
      await removeSuspended(across, 'web')
      await assert.rejects(client.get('/far/a'))
      client.close()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      await assertNoFailedHooks(model)
    })
  },
)
