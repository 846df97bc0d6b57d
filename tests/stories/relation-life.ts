// Chapters of a relation's life that every requirer goes through: its certificate is replaced by better ones and by worse.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Model } from '../emulator/index.ts'
import {
  eventsOf,
  fingerprintOf,
  type Requirer,
  secretAt,
  truststoreOf,
  usernamesOf,
  wish,
} from './requirers.ts'
import { connectAs, lookAtEtcd, responsesOf } from './world.ts'

/** The requirer's application. */
export const app = 'web'

export interface Life {
  readonly t: TestContext
  readonly model: Model
  readonly requirer: Requirer
  readonly id: number
}

export async function assertServes({ model, id }: Life, key: string): Promise<void> {
  const client = connectAs(model, id, app)
  await client.put(key, 'written')
  assert.equal(await client.get(key), 'written')
  await assert.rejects(client.get(`x${key}`), /permission denied/)
  client.close()
}

export async function rotate(life: Life): Promise<void> {
  const { t, model, requirer, id } = life
  const user = () => secretAt(model, responsesOf(model, id)[0]?.['secret-user'])

  await t.test('a new certificate of the same name leaves user and secrets alone (C30)', async () => {
    const [before, old] = [await lookAtEtcd(model), fingerprintOf(model, id, app)]
    const [answer, secret] = [model.databag(id, 'etcd'), user()]
    await model.runAction('web/0', 'rotate')
    const trusted = await truststoreOf(model, 'etcd/0')
    assert.deepEqual([trusted.includes(old), trusted.includes(fingerprintOf(model, id, app))], [false, true])
    const { users, roles, starts } = await lookAtEtcd(model)
    assert.deepEqual([users, roles, starts], [before.users, before.roles, before.starts + 1])
    assert.deepEqual([model.databag(id, 'etcd'), user()], [answer, secret])
    await assertServes(life, '/web/b')
    assert.deepEqual(await eventsOf(model, requirer, 'web/0'), {})
  })

  await t.test(
    'a new name: the old user goes once, the same secret says the new one (C31, C82)',
    async () => {
      const [runs, before] = [model.tables.journal.length, user()]
      await wish(model, requirer, app, { 'common-name': 'other' })
      const log = model.tables.journal.slice(runs).flatMap((run) => run.log)
      assert.equal(log.filter((line) => line.includes('user/delete web:')).length, 1)
      const { users, roles } = await lookAtEtcd(model)
      assert.deepEqual([users, roles.web, roles.other?.length], [['other', 'root'], undefined, 1])
      const now = user()
      assert.deepEqual(
        [now.id, now.revision, now.content.username],
        [before.id, (before.revision ?? 0) + 1, 'other'],
      )
      await assertServes(life, '/web/c')
      const told = requirer.counts ? { 'authentication-updated': '1' } : {}
      assert.deepEqual(await eventsOf(model, requirer, 'web/0'), told)
    },
  )
}

export async function change(life: Life): Promise<void> {
  const { t, model, requirer, id } = life
  await t.test(
    'a certificate of an issuer works and rotates, and its issuer is trusted with nothing (C24)',
    async () => {
      for (const comes of [
        () => wish(model, requirer, app, { certificate: 'issued' }),
        () => model.runAction('web/0', 'rotate'),
      ]) {
        await comes()
        await assertServes(life, '/web/e')
        const { trusted } = await lookAtEtcd(model)
        assert.deepEqual(
          trusted.filter((subject) => /issuer/.test(subject)),
          [],
        )
        assert.deepEqual(
          [trusted.length, (await truststoreOf(model, 'etcd/0')).includes(fingerprintOf(model, id, app))],
          [2, true],
        )
      }
      await wish(model, requirer, app, { certificate: 'good' })
    },
  )
}

export async function refuse(life: Life): Promise<void> {
  const { t, model, requirer, id } = life
  const { app: etcd } = model.unit('etcd/0')

  await t.test(
    'a new certificate that is refused ends the access, and both sides are told (C34, C85)',
    async () => {
      const client = connectAs(model, id, app)
      await wish(model, requirer, app, { certificate: 'ca' })
      await assert.rejects(client.get('/web/a'))
      client.close()
      const { users, roles, trusted } = await lookAtEtcd(model)
      assert.deepEqual([users, roles.other, trusted.length], [['root'], undefined, 1])
      assert.equal(JSON.parse(model.databag(id, 'etcd').status ?? '[]')[0]?.code, 5010)
      assert.equal(etcd.status.status, 'blocked')
      assert.match(
        etcd.status.message,
        new RegExp(`^relation ${id} .*\\(web\\): .+; send an end-entity certificate`),
      )
      await model.updateStatus()
      const told = requirer.counts ? { 'status-raised': '1' } : {}
      assert.deepEqual(await eventsOf(model, requirer, 'web/0'), told)
    },
  )

  await t.test('the next good one brings it back, and the status is taken back (C34, C85)', async () => {
    await wish(model, requirer, app, { certificate: 'good' })
    await assertServes(life, '/web/d')
    assert.deepEqual(usernamesOf(model, id), ['other'])
    assert.equal(model.databag(id, 'etcd').status, '[]')
    assert.deepEqual(etcd.status, { status: 'active', message: '' })
    await model.updateStatus()
    const told = requirer.counts ? { 'status-resolved': '1' } : {}
    assert.deepEqual(await eventsOf(model, requirer, 'web/0'), told)
  })
}
