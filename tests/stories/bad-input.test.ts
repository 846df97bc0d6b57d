// What a requirer may send and must not: no user, no trust, no failed hook, a status that names the relation and the remedy
// on both sides, and service as soon as the requirer has mended it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archives, lookAtEtcd, openWorld } from './world.ts'

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

test('bad input is refused in words, and served once it is mended', async (story) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client })
  await model.settle()
  const etcd = model.unit('etcd/0')

  for (const [name, row] of Object.entries(rows)) {
    await story.test(name, async () => {
      model.config('web', { prefix: '', certificate: 'good', ...row.config })
      await model.settle()
      const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
      await model.settle()
      const { status, message } = etcd.app.status
      assert.equal(status, row.status, message)
      assert.match(message, new RegExp(`relation ${id} \\(web\\)`))
      assert.match(message, row.message)
      const answer = model.databag(id, 'etcd')
      const told: unknown = JSON.parse(answer.status ?? '[]')
      assert.ok(Array.isArray(told) && told.length === 1, answer.status)
      if (row.code > 0) assert.equal(Reflect.get(told[0], 'code'), row.code)
      assert.deepEqual([answer['secret-user'], answer.endpoints], [undefined, undefined])
      const refused = await lookAtEtcd(model)
      assert.deepEqual(refused.users, ['root'])
      assert.equal(refused.trusted.length, 1)

      model.config('web', { prefix, certificate: 'good' })
      await model.settle()
      // A grant alone is no event to anybody: it is seen at the latest when the status is updated.
      if (row.code === 4002) await model.updateStatus()
      const mended = model.databag(id, 'etcd')
      assert.deepEqual(
        Object.keys(mended)
          .filter((key) => key !== 'status')
          .sort(),
        ['endpoints', 'secret-tls', 'secret-user', 'version'],
      )
      assert.equal(mended.status ?? '[]', '[]')
      const put = await model.runAction('web/0', 'put', { key: '/web/a', value: name })
      assert.equal(put.status, 'completed', put.message)
      assert.deepEqual(etcd.app.status, { status: 'active', message: '' })

      model.removeRelation(id)
      await model.settle()
    })
  }

  for (const text of ['123', 'true', 'null']) {
    await story.test(`the v0 prefix ${text} is raw text, without a slash at its end (C03)`, async () => {
      model.config('web', { prefix: text, certificate: 'good' })
      await model.settle()
      const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
      await model.settle()
      const put = await model.runAction('web/0', 'put', { key: `${text}/a`, value: 'served' })
      assert.equal(put.status, 'completed', put.message)
      const outside = await model.runAction('web/0', 'put', { key: `x${text}`, value: 'no' })
      assert.match(outside.message, /permission denied/)
      model.removeRelation(id)
      await model.settle()
    })
  }

  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0).map((run) => run.hook),
    [],
  )
})
