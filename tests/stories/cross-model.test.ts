// A requirer in another model gets what one in this model gets; suspended, it goes on; removed, it is out.

import assert from 'node:assert/strict'
import {
  type Across,
  assertQuiet,
  assertWorks,
  certificateSent,
  connectAcross,
  relateAcross,
} from './driver/across.ts'
import { emulatorOf, runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertNoSecretsLeak } from './leaks.ts'

const longForm = /^secret:\/\/([0-9a-f-]{36})\/[0-9a-v]{20}$/

/** The key to encrypt by is in its secret and nowhere else; the client's key never left its owner. */
async function assertKeysStayed({ provider, consumer, there, here }: Across): Promise<void> {
  const { 'encryption-secret': uri = '' } = await provider.databag(there, 'etcd')
  const { 'encryption-key': key = '' } = await provider.secretContent(uri)
  assert.match(key, /^[A-Za-z0-9_-]{43}=$/)
  const own = (await consumer.secrets()).find(({ label }) => label === `etcd.${here}.key`)
  const { 'private-key': privateKey } = await consumer.secretContent(own?.id ?? '')
  for (const model of [provider, consumer].map(emulatorOf)) {
    await assertNoSecretsLeak(model)
    const bags = [...model.tables.relations.values()].flatMap(({ bags }) => [...bags.values()])
    const told = JSON.stringify([
      bags,
      model.tables.journal.map((run) => [run.log, run.stderr, run.calls.map((call) => call.args)]),
    ])
    assert.ok(!told.includes(key))
    assert.ok(!privateKey || !told.includes(JSON.stringify(privateKey).slice(40, 90)))
  }
}

for (const protocol of ['v0', 'v1'] as const) {
  const needed = { needs: ['cross-model', 'journal'], ownModel: true } as const
  story(`a requirer in another model, by ${protocol}`, needed, async ({ model, step }) => {
    const config = { prefix: '/web/', request: protocol }
    const across = await relateAcross(model, { charm: 'client', config })
    const { consumer, there, here } = across
    const { tables } = emulatorOf(model)

    await step('is offered a key first, and answered by URIs that lead to this model (C70)', async () => {
      const answer = await consumer.databag(here, 'etcd')
      const echoed = (await consumer.databag(here, 'web'))['encryption-secret']
      assert.equal(echoed, answer['encryption-secret'])
      assert.match(await certificateSent(across), /^gAAAA/)
      const [response = {}] = protocol === 'v1' ? JSON.parse(answer.requests ?? '[]') : [answer]
      for (const uri of [answer['encryption-secret'], response['secret-user'], response['secret-tls']])
        assert.equal(longForm.exec(uri ?? '')?.[1], tables.uuid)
      if (protocol === 'v1') assert.ok(response['request-id'] in JSON.parse(answer.data ?? '{}'))
      assert.equal(answer.status, undefined)
    })

    await step('reads and writes its keys, and no others (C20, C70)', () => assertWorks(consumer))

    await step('that sends the same certificate in another token changes nothing (C16, C70)', async () => {
      await model.updateStatus()
      const [before, token] = [await lookAtEtcd(model), await certificateSent(across)]
      const runs = await runsDuring(model, async () => {
        await consumer.runAction('web/leader', 'resend')
        await model.settle()
      })
      assert.notEqual(await certificateSent(across), token)
      assert.ok(runs.some((run) => run.hook === 'etcd-client-relation-changed'))
      assert.deepEqual(writesOf(runs), [])
      assert.deepEqual(await lookAtEtcd(model), before)
    })

    await step('rotates by a new token, and the old certificate ends (C30, C70)', async () => {
      const stale = await connectAcross(across)
      await consumer.runAction('web/leader', 'rotate')
      await model.settle()
      await assertWorks(consumer)
      await assert.rejects(stale.get('/web/a'))
      stale.close()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
    })

    await step(
      'goes on while its relation is suspended, and is served on when it is resumed (N06)',
      async () => {
        const before = await lookAtEtcd(model)
        const client = await connectAcross(across)
        await model.suspendRelation(there)
        await model.settle()
        await model.updateStatus()
        await client.put('/web/a', 'suspended')
        assert.deepEqual(await lookAtEtcd(model), before)
        const { status } = await model.application('etcd')
        assert.equal(status.status, 'active')
        assert.match(
          status.message,
          /suspended.*; juju resume-relation \d+, or end it now by revoke-client common-name=web confirm=true; web keeps its access until .* UTC/,
        )
        const listed = await model.runAction('etcd/leader', 'list-clients')
        assert.match(listed.results.clients ?? '', /served, suspended/)

        await model.resumeRelation(there)
        await model.settle()
        assert.equal(await client.get('/web/a'), 'suspended')
        client.close()
        await assertWorks(consumer)
        assert.deepEqual((await model.application('etcd')).status, { status: 'active', message: '' })
      },
    )

    await step('rotates after it was resumed, even where Juju runs relation-created anew (N06)', async () => {
      await model.suspendRelation(there)
      await model.settle()
      emulatorOf(model).resumeRelation(there, { created: true })
      await model.settle()
      await consumer.runAction('web/leader', 'rotate')
      await model.settle()
      await assertWorks(consumer)
    })

    await step('has lost its access when its relation is gone (C50, C70)', async () => {
      const client = await connectAcross(across)
      await assertKeysStayed(across)
      if (protocol === 'v1') await model.removeRelation(there)
      else await consumer.removeRelation(here)
      await model.updateStatus()
      await assert.rejects(client.get('/web/a'))
      client.close()
      const { users, trusted } = await lookAtEtcd(model)
      assert.deepEqual(users, ['root'])
      assert.deepEqual(
        trusted.filter((subject) => subject === 'CN=web'),
        [],
      )
      await model.updateStatus()
      const left = (await model.secrets()).filter(({ label }) => label.startsWith('etcd-client.'))
      assert.deepEqual(left, [])
      await assertQuiet(across)
    })
  })
}

story(
  'the field’s library in another model',
  { needs: ['cross-model', 'python-requirer', 'journal'], ownModel: true, profiles: 'each' },
  async ({ model, step }) => {
    const config = { prefix: '/web/', 'common-name': 'web' }
    const across = await relateAcross(model, { charm: 'python', config })
    const { consumer, there, here } = across

    await step('is served by its own encryption (C70)', async () => {
      assert.match(await certificateSent(across), /^gAAAA/)
      await assertWorks(consumer)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
    })

    await step('rotates by a new token (C30, C70)', async () => {
      const token = await certificateSent(across)
      await consumer.runAction('web/leader', 'rotate')
      await model.settle()
      assert.notEqual(await certificateSent(across), token)
      await assertWorks(consumer)
    })

    await step('is suspended and resumed, and removed (N06, C50)', async () => {
      await model.suspendRelation(there)
      await model.settle()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
      await model.resumeRelation(there)
      await model.settle()
      await assertWorks(consumer)
      await assertKeysStayed(across)
      await consumer.removeRelation(here)
      await model.updateStatus()
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      await assertQuiet(across)
    })
  },
)
