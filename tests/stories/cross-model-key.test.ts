// The key that a requirer in another model encrypts by: it may come late, be the wrong one, or be offered by a Juju that does not name models.

import assert from 'node:assert/strict'
import { assertQuiet, assertWorks, consumeOffer, relateAcross } from './driver/across.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { emulatorOf } from './driver/emulator-of.ts'

for (const protocol of ['v0', 'v1'] as const) {
  const needed = { needs: ['cross-model', 'faults'], ownModel: true } as const
  story(`the key comes long after the request, by ${protocol}`, needed, async ({ model, step }) => {
    const [provider, consumer] = [emulatorOf(model), await model.another()]
    await model.deploy('etcd', { charm: 'etcd' })
    await consumer.deploy('web', { charm: 'client', config: { prefix: '/web/', request: protocol } })
    await model.settle()

    await step('the request waits for the key, and is served when it is there (N10)', async () => {
      provider.controller('away')
      await consumer.consume(await model.offer('etcd:etcd-client'), 'etcd')
      const here = await consumer.integrate('etcd', 'web:etcd')
      while (await provider.runOne());
      const asked = await consumer.databag(here, 'web')
      assert.ok(asked.prefix ?? asked.requests)
      assert.equal(asked['encryption-secret'], undefined)
      provider.controller('here')
      await model.settle()
      await assertWorks(consumer)
      assert.ok((await consumer.databag(here, 'web'))['encryption-secret'])
      assert.deepEqual([...(await model.failedHooks()), ...(await consumer.failedHooks())], [])
    })
  })
}

story(
  'a certificate that another key encrypted is refused in words, on both sides',
  { needs: ['cross-model'], ownModel: true },
  async ({ model, step }) => {
    const consumer = await model.another()
    await model.deploy('etcd', { charm: 'etcd' })
    await consumer.deploy('web', {
      charm: 'client',
      config: { prefix: '/web/', encryption: 'other-key' },
    })
    await model.settle()
    const across = await consumeOffer(model, consumer)

    await step('it is told with code, message and remedy (C70)', async () => {
      const { status = '' } = await consumer.databag(across.here, 'etcd')
      assert.deepEqual(JSON.parse(status), [
        {
          code: 5007,
          message: "the encrypted certificate can't be read: it was encrypted with another key",
          resolution: 'encrypt mtls-cert with the key of encryption-secret, by Fernet',
        },
      ])
      const application = await model.application('etcd')
      assert.equal(application.status.status, 'blocked')
      // The name that Juju made is a detail: it follows what is seen first.
      const gist =
        /^relation (\d+): the encrypted .*; encrypt mtls-cert .* In full: relation \1 \(remote-[0-9a-f]{32}\): the encrypted/
      assert.match(application.status.message, gist)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    })

    await step('the next good token is served, and the refusal is cleared (C70)', async () => {
      await consumer.configure('web', { encryption: 'offered-key' })
      await model.settle()
      await assertWorks(consumer)
      assert.equal((await consumer.databag(across.here, 'etcd')).status, '[]')
      await assertQuiet(across)
    })
  },
)

story(
  'a requirer that goes from v0 to v1 keeps the key that it encrypts by',
  { needs: ['cross-model'], ownModel: true },
  async ({ model, step }) => {
    const config = { prefix: '/web/', request: 'v0', 'keep-certificate': true }
    const { consumer, here } = await relateAcross(model, { charm: 'client', config })
    const key = (await consumer.databag(here, 'etcd'))['encryption-secret'] ?? ''

    await step('what it was given by v0 is removed, and the key is not', async () => {
      await consumer.configure('web', { request: 'v1' })
      await model.settle()
      await model.updateStatus()
      await model.updateStatus()
      const left = (await model.secrets()).map(({ label }) => label).filter((label) => /\.\d+\./.test(label))
      assert.ok(
        left.some((label) => label.endsWith('.encryption')),
        left.join(),
      )
      assert.ok(!left.some((label) => /^etcd-client\.\d+\.(user|tls)$/.test(label)), left.join())
      assert.equal((await consumer.databag(here, 'etcd'))['encryption-secret'], key)
    })

    await step('it renews by the same key', async () => {
      await consumer.runAction('web/leader', 'rotate')
      await model.settle()
      await assertWorks(consumer)
    })
  },
)
