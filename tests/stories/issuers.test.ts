// The operator's own issuers for peers and for clients: they come and go without an outage, and whatever they answer, what is in use stays.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import { untilServed } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { deployIssuer, endpoints, issuersShown, shownBy, untilShown } from './issuers.ts'
import { assertSound, heal, startsOf, startsSince } from './sound.ts'

const title = 'issuers of the operator come and go: no write is lost, and each member restarts once'
story(title, { ownModel: true, needs: ['python-requirer'] }, async ({ model, step, whereShown, note }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 2 })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await deployIssuer(model, 'vault')
  await model.settle()
  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  await untilServed(model, ['web'])
  const own = /^etcd (peer|server) authority$/

  await step('for peers: one restart a member, and whoever it signs for elsewhere is no peer', async () => {
    const starts = await startsOf(model)
    await using writer = new Writer(model, web, 'web', '/web/peers/')
    const relation = await model.integrate(`etcd:${endpoints.peer}`, 'vault:certificates')
    await untilShown(model, 'peer', /^vault CA 1$/)
    assert.deepEqual(await startsSince(model, starts), [1, 1])
    assert.deepEqual(await issuersShown(model, 'server'), ['etcd server authority', 'etcd server authority'])
    const shown = await shownBy(model, 'etcd/0', 'peer')
    assert.equal(shown.publicKey.asymmetricKeyType, 'rsa')
    await assertSound({ model, whereShown })
    await model.removeRelation(relation)
    await untilShown(model, 'peer', own)
    await heal(model)
    assert.deepEqual(await startsSince(model, starts), [2, 2])
    note(JSON.stringify(await writer.finish()))
    await assertSound({ model, whereShown })
  })
})
