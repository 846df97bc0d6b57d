// Chapters of a relation's life that every requirer goes through: its certificate is replaced by better ones and by worse.

import assert from 'node:assert/strict'
import { responsesOf, withClient } from './driver/client.ts'
import { runsDuring } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import type { Story } from './driver/story.ts'
import {
  eventsOf,
  fingerprintOf,
  type Requirer,
  secretAt,
  truststoreOf,
  usernamesOf,
  wish,
} from './requirers.ts'

/** The requirer's application, and its unit. */
export const app = 'web'
export const unit = 'web/leader'

export interface Life extends Story {
  readonly requirer: Requirer
  readonly id: number
}

export async function assertServes({ model, id }: Life, key: string): Promise<void> {
  await withClient(model, id, app, async (client) => {
    await client.put(key, 'written')
    assert.equal(await client.get(key), 'written')
    await assert.rejects(client.get(`x${key}`), /permission denied/)
  })
}

export async function rotate(life: Life): Promise<void> {
  const { step, whereShown, model, requirer, id } = life
  const user = async () => secretAt(model, (await responsesOf(model, id))[0]?.['secret-user'])

  await step('a new certificate of the same name leaves user and secrets alone (C30)', async () => {
    const [before, old] = [await lookAtEtcd(model), await fingerprintOf(model, id, app)]
    const [answer, secret] = [await model.databag(id, 'etcd'), await user()]
    await model.runAction(unit, 'rotate')
    await model.settle()
    const [trusted, fresh] = [await truststoreOf(model), await fingerprintOf(model, id, app)]
    assert.deepEqual([trusted.includes(old), trusted.includes(fresh)], [false, true])
    const { users, roles, starts } = await lookAtEtcd(model)
    assert.deepEqual([users, roles, starts], [before.users, before.roles, before.starts + 1])
    assert.deepEqual([await model.databag(id, 'etcd'), await user()], [answer, secret])
    await assertServes(life, '/web/b')
    assert.deepEqual(await eventsOf(model, requirer, unit), requirer.tells?.renewed ?? {})
  })

  await step('a new name: the old user goes once, the same secret says the new one (C31, C82)', async () => {
    const before = await user()
    const runs = await runsDuring(model, () => wish(model, requirer, app, { 'common-name': 'other' }))
    await whereShown('journal', async () => {
      const log = runs.flatMap((run) => run.log)
      assert.equal(log.filter((line) => line.includes('user/delete web:')).length, 1)
    })
    const { users, roles } = await lookAtEtcd(model)
    assert.deepEqual([users, roles.web, roles.other?.length], [['other', 'root'], undefined, 1])
    const now = await user()
    assert.deepEqual(
      [now.id, now.revision, now.content.username],
      [before.id, (before.revision ?? 0) + 1, 'other'],
    )
    await assertServes(life, '/web/c')
    const told = requirer.tells?.renamed ?? {}
    assert.deepEqual(await eventsOf(model, requirer, unit), told)
  })
}

export async function change(life: Life): Promise<void> {
  const { step, model, requirer, id } = life
  await step(
    'a certificate of an issuer works and rotates, and its issuer is trusted with nothing (C24)',
    async () => {
      for (const comes of [
        () => wish(model, requirer, app, { certificate: 'issued' }),
        () => model.runAction(unit, 'rotate'),
      ]) {
        await comes()
        await model.settle()
        await assertServes(life, '/web/e')
        const { trusted } = await lookAtEtcd(model)
        assert.deepEqual(
          trusted.filter((subject) => /issuer/.test(subject)),
          [],
        )
        const own = await fingerprintOf(model, id, app)
        assert.deepEqual([trusted.length, (await truststoreOf(model)).includes(own)], [2, true])
      }
      await wish(model, requirer, app, { certificate: 'good' })
    },
  )
}

export async function refuse(life: Life): Promise<void> {
  const { step, model, requirer, id } = life
  const told = async () => (await model.application('etcd')).status

  await step('a new certificate that is refused ends the access, and both sides are told (C34, C85)', () =>
    withClient(model, id, app, async (client) => {
      await wish(model, requirer, app, { certificate: 'ca' })
      await assert.rejects(client.get('/web/a'))
      const { users, roles, trusted } = await lookAtEtcd(model)
      assert.deepEqual([users, roles.other, trusted.length], [['root'], undefined, 1])
      assert.equal(JSON.parse((await model.databag(id, 'etcd')).status ?? '[]')[0]?.code, 5010)
      const { status, message } = await told()
      assert.equal(status, 'blocked')
      assert.match(message, new RegExp(`^relation ${id} .*\\(web\\): .+; send an end-entity certificate`))
      await model.updateStatus()
      const raised = requirer.tells?.refused ?? {}
      assert.deepEqual(await eventsOf(model, requirer, unit), raised)
    }),
  )

  await step('the next good one brings it back, and the status is taken back (C34, C85)', async () => {
    await wish(model, requirer, app, { certificate: 'good' })
    await assertServes(life, '/web/d')
    assert.deepEqual(await usernamesOf(model, id), ['other'])
    assert.equal((await model.databag(id, 'etcd')).status, '[]')
    assert.deepEqual(await told(), { status: 'active', message: '' })
    await model.updateStatus()
    const resolved = requirer.tells?.mended ?? {}
    assert.deepEqual(await eventsOf(model, requirer, unit), resolved)
  })
}
