// What a requirer may send and must not: no user, no trust, no failed hook, a status that names the relation and the remedy
// on both sides, and service as soon as the requirer has mended it.

import assert from 'node:assert/strict'
import { credentialsOf } from './driver/client.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { accepts } from './handshake.ts'

interface Row {
  readonly config: Readonly<Record<string, string>>
  /** Code of the requirer's `status` entry. */
  readonly code: number
  readonly status: 'waiting' | 'blocked'
  readonly message: RegExp
}

const prefix = '/web/'
const rows: Readonly<Record<string, Row>> = {
  'no certificate (C08)': {
    config: { prefix, certificate: 'none' },
    code: 4001,
    status: 'waiting',
    message: /no client certificate/,
  },
  'a secret that is granted late (N08)': {
    config: { prefix, certificate: 'unreadable' },
    code: 4002,
    status: 'waiting',
    message: /grant it/,
  },
  'a secret that is not there': {
    config: { prefix, certificate: 'not-found' },
    code: 4003,
    status: 'waiting',
    message: /existing secret/,
  },
  'rubbish in place of PEM (C12)': {
    config: { prefix, certificate: 'rubbish' },
    code: 5004,
    status: 'blocked',
    message: /one certificate in PEM/,
  },
  'a private key': {
    config: { prefix, certificate: 'private-key' },
    code: 5005,
    status: 'blocked',
    message: /replace that key/,
  },
  'a CA certificate (C10)': {
    config: { prefix, certificate: 'ca' },
    code: 5010,
    status: 'blocked',
    message: /CA:FALSE/,
  },
  'an X.509 v1 certificate (C11)': {
    config: { prefix, certificate: 'x509-v1' },
    code: 5012,
    status: 'blocked',
    message: /v3/,
  },
  'a curve that etcd cannot load': {
    config: { prefix, certificate: 'secp256k1' },
    code: 5013,
    status: 'blocked',
    message: /P-256|RSA/,
  },
  'an expired certificate': {
    config: { prefix, certificate: 'expired' },
    code: 5001,
    status: 'blocked',
    message: /valid now/,
  },
  'a certificate of the future': {
    config: { prefix, certificate: 'not-yet' },
    code: 4005,
    status: 'waiting',
    message: /clocks/,
  },
  'the common name root (N04)': {
    config: { prefix, certificate: 'cn-root' },
    code: 0,
    status: 'blocked',
    message: /root/,
  },
  'two common names': {
    config: { prefix, certificate: 'two-cns' },
    code: 0,
    status: 'blocked',
    message: /common name/,
  },
  'an empty common name': {
    config: { prefix, certificate: 'empty-cn' },
    code: 0,
    status: 'blocked',
    message: /common name/,
  },
  'no prefix (C08)': { config: { prefix: '' }, code: 4004, status: 'waiting', message: /prefix/ },
}

story('bad input is refused in words, and served once it is mended', {}, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await model.deploy('web', { charm: 'client' })
  await model.settle()

  for (const [name, row] of Object.entries(rows)) {
    await step(name, async () => {
      await model.configure('web', { prefix: '', certificate: 'good', ...row.config })
      const id = await model.integrate('etcd:etcd-client', 'web:etcd')
      await model.settle()
      const { status, message } = (await model.application('etcd')).status
      assert.equal(status, row.status, message)
      assert.match(message, new RegExp(`relation ${id} \\(web\\)`))
      assert.match(message, row.message)
      const answer = await model.databag(id, 'etcd')
      const told: unknown = JSON.parse(answer.status ?? '[]')
      assert.ok(Array.isArray(told) && told.length === 1, answer.status)
      if (row.code > 0) assert.equal(Reflect.get(told[0], 'code'), row.code)
      assert.deepEqual([answer['secret-user'], answer.endpoints], [undefined, undefined])
      const refused = await lookAtEtcd(model)
      assert.deepEqual(refused.users, ['root'])
      assert.equal(refused.trusted.length, 1)

      await model.configure('web', { prefix, certificate: 'good' })
      await model.settle()
      // A grant alone is no event to anybody: it is seen at the latest when the status is updated.
      if (row.code === 4002) await model.updateStatus()
      const mended = await model.databag(id, 'etcd')
      assert.deepEqual(
        Object.keys(mended)
          .filter((key) => key !== 'status')
          .sort(),
        ['endpoints', 'secret-tls', 'secret-user', 'version'],
      )
      assert.equal(mended.status ?? '[]', '[]')
      const put = await model.runAction('web/leader', 'put', { key: '/web/a', value: name })
      assert.equal(put.status, 'completed', put.message)
      assert.deepEqual((await model.application('etcd')).status, { status: 'active', message: '' })

      await model.removeRelation(id)
      await model.settle()
    })
  }

  await step('a renewal by a certificate of the future waits, and the access of before goes on', async () => {
    await model.configure('web', { prefix, certificate: 'good' })
    const id = await model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()
    const { address } = await model.unit('etcd/leader')
    const [before, inForce] = [await lookAtEtcd(model), await credentialsOf(model, id, 'web')]
    await model.configure('web', { certificate: 'not-yet' })
    await model.settle()
    const answer = await model.databag(id, 'etcd')
    const codes: readonly number[] = JSON.parse(answer.status ?? '[]').map(
      ({ code }: { code: number }) => code,
    )
    assert.deepEqual(codes, [4005])
    assert.match((await model.application('etcd')).status.message, /not valid yet.*clocks; web goes on until/)
    assert.deepEqual(await lookAtEtcd(model), before)
    assert.ok(await accepts(address, inForce))
    await model.configure('web', { certificate: 'good' })
    await model.settle()
    assert.equal((await model.databag(id, 'etcd')).status, '[]')
    const put = await model.runAction('web/leader', 'put', { key: '/web/a', value: 'renewed' })
    assert.equal(put.status, 'completed', put.message)
    await model.removeRelation(id)
    await model.settle()
  })

  for (const text of ['123', 'true', 'null']) {
    await step(`the v0 prefix ${text} is raw text, without a slash at its end (C03)`, async () => {
      await model.configure('web', { prefix: text, certificate: 'good' })
      const id = await model.integrate('etcd:etcd-client', 'web:etcd')
      await model.settle()
      const put = await model.runAction('web/leader', 'put', { key: `${text}/a`, value: 'served' })
      assert.equal(put.status, 'completed', put.message)
      const outside = await model.runAction('web/leader', 'put', { key: `x${text}`, value: 'no' })
      assert.match(outside.message, /permission denied/)
      await model.removeRelation(id)
      await model.settle()
    })
  }

  assert.deepEqual(await model.failedHooks(), [])
})
