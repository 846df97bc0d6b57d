// The operator's issuers for peers, one after the other, with three members and while a fourth joins.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import { untilServed } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { deployIssuer, endpoints, issuersShown, untilShown } from './issuers.ts'
import { assertSound, heal, startsOf, startsSince } from './sound.ts'

const title =
  'issuers for peers: from one to another at once, a unit joins meanwhile, and one without names or use for clients'
story(title, { ownModel: true, needs: ['python-requirer'] }, async ({ model, step, whereShown, note }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 3 })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await deployIssuer(model, 'vault')
  await deployIssuer(model, 'nameless', { answer: 'server-only' })
  await model.settle()
  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  await untilServed(model, ['web'])
  await using writer = new Writer(model, web, 'web', '/web/peers/')
  let relation = -1

  await step('from the charm’s own to vault’s, and a unit joins meanwhile', async () => {
    const starts = await startsOf(model)
    relation = await model.integrate(`etcd:${endpoints.peer}`, 'vault:certificates')
    await model.addUnit('etcd')
    await untilShown(model, 'peer', /^vault CA 1$/)
    await heal(model)
    assert.deepEqual((await startsSince(model, starts)).slice(0, 3), [1, 1, 1])
    await assertSound({ model, whereShown })
  })

  await step(
    'its root is replaced: one restart to trust the new one, and one to be rid of the old',
    async () => {
      const starts = await startsOf(model)
      await model.runAction('vault/leader', 'new-ca')
      await model.runAction('vault/leader', 'revoke-all')
      await untilShown(model, 'peer', /^vault CA 2$/)
      await heal(model)
      assert.deepEqual(await startsSince(model, starts), [2, 2, 2, 2])
    },
  )

  await step(
    'to an issuer of no use for peers: it is told, and what is in use stays, though its relation is gone',
    async () => {
      await model.removeRelation(relation)
      relation = await model.integrate(`etcd:${endpoints.peer}`, 'nameless:certificates')
      await model.settle()
      await heal(model)
      assert.deepEqual([...new Set(await issuersShown(model, 'peer'))], ['vault CA 2'])
      const { message } = (await model.unit('etcd/leader')).workload
      assert.match(message, /peer-certificates \(nameless\): its extended key usage lacks clientAuth/)
    },
  )

  await step('to one that leaves names out: used, and said to be wide', async () => {
    const before = await startsOf(model)
    await model.configure('nameless', { answer: 'nameless' })
    await model.removeRelation(relation)
    await untilShown(model, 'peer', /^etcd peer authority$/)
    await heal(model)
    assert.deepEqual(await startsSince(model, before), [1, 1, 1, 1], 'on the way back')
    const starts = await startsOf(model)
    relation = await model.integrate(`etcd:${endpoints.peer}`, 'nameless:certificates')
    await untilShown(model, 'peer', /^nameless CA 1$/)
    const { status, message } = (await model.unit('etcd/leader')).workload
    assert.match(`${status}: ${message}`, /^active: .*whoever it signs for may come as a peer/)
    assert.deepEqual(await startsSince(model, starts), [1, 1, 1, 1])
    await model.removeRelation(relation)
    await untilShown(model, 'peer', /^etcd peer authority$/)
    await heal(model)
    assert.deepEqual(await startsSince(model, starts), [2, 2, 2, 2], 'there and back')
    note(JSON.stringify(await writer.finish()))
    await assertSound({ model, whereShown })
  })
})
