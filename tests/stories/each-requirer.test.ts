// The life of one relation, told of every requirer in the field: nothing, an answer, rotations good and bad, another prefix, the
// end, and a new beginning. What its library tells the charm's author is counted.

import assert from 'node:assert/strict'
import { connectAs, responsesOf } from './driver/client.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { app, assertServes, change, type Life, refuse, rotate, unit } from './relation-life.ts'
import {
  assertComplete,
  deployRequirer,
  eventsOf,
  fingerprintOf,
  permissionsOf,
  requirers,
  truststoreOf,
  usernamesOf,
  watch,
} from './requirers.ts'

for (const requirer of requirers) {
  const { needs, profile } = requirer
  const title = `${requirer.name}: a relation from its beginning to its end`
  story(title, { needs, profiles: profile }, async (told) => {
    const { model } = told
    await model.deploy('etcd', { charm: 'etcd' })
    await deployRequirer(model, requirer, app, { request: 'none' })
    await model.settle()
    const id = await model.integrate('etcd:etcd-client', `${app}:etcd`)
    await model.settle()
    const life: Life = { ...told, requirer, id }
    await begin(life)
    await rotate(life)
    await change(life)
    await refuse(life)
    await move(life)
    await end(life)
    await assertNoFailedHooks(model)
  })
}

async function begin(life: Life): Promise<void> {
  const { step, whereShown, model, requirer, id } = life
  await step('who asks for nothing gets nothing (C01)', async () => {
    const { 'secret-user': user, endpoints, requests } = await model.databag(id, 'etcd')
    assert.deepEqual([user, endpoints, requests], [undefined, undefined, undefined])
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    const { message } = (await model.application('etcd')).status
    assert.match(
      message,
      new RegExp(`relation ${id} \\(web\\): ${(requirer.tells?.nothingAsked ?? /no request/).source}`),
    )
  })

  await step('the answer comes whole, and once it is true (C02, C17, C80)', async () => {
    const { starts } = await lookAtEtcd(model)
    await model.configure(app, requirer.config)
    let answered = false
    await watch(model, async () => {
      if (answered) return
      const responses = await responsesOf(model, id)
      if (responses.every((row) => row['secret-user'] === undefined)) return
      answered = true
      await assertComplete(model, id)
      await assertServes(life, '/web/a')
    })
    assert.ok(answered)
    assert.deepEqual((await model.unit(unit)).workload, { status: 'active', message: 'user web' })
    const told = requirer.tells?.created ?? {}
    assert.deepEqual(await eventsOf(model, requirer, unit), told)
    assert.equal((await lookAtEtcd(model)).starts, starts + 1)
  })

  await step('one user, one role, one permission over the prefix (C20, C21)', async () => {
    const { users, roles } = await lookAtEtcd(model)
    assert.deepEqual(
      [users, Object.keys(roles)],
      [
        ['root', 'web'],
        ['etcd-charm-client', 'root', 'web'],
      ],
    )
    assert.deepEqual(await permissionsOf(model, 'web'), [[2, '/web/', '/web0']])
    assert.ok((await truststoreOf(model)).includes(await fingerprintOf(model, id, app)))
  })

  await step('served once is served: nothing is written again, nobody is told again (C16)', async () => {
    const answer = await model.databag(id, 'etcd')
    await model.updateStatus()
    await whereShown('journal', async () => {
      assert.deepEqual(writesOf(await runsDuring(model, model.updateStatus)), [])
    })
    assert.deepEqual(await model.databag(id, 'etcd'), answer)
    assert.deepEqual(await eventsOf(model, requirer, unit), {})
  })
}

async function move(life: Life): Promise<void> {
  const { step, model, requirer, id } = life
  await step(
    'another prefix: another range for the same user, once streams over the old one have ended (N01)',
    async () => {
      const { starts } = await lookAtEtcd(model)
      await model.configure(app, { prefix: '/moved' })
      await model.settle()
      assert.deepEqual(await permissionsOf(model, 'other'), [[2, '/moved', '/movee']])
      assert.deepEqual(await usernamesOf(model, id), ['other'])
      // A watch goes on without permission: one restart ends it, and one lets the client in again (docs/adr/0025).
      const restarts = (await lookAtEtcd(model)).starts - starts
      assert.ok(restarts >= 1 && restarts <= 2, `${restarts} restarts`)
      await assertServes(life, '/moved/a')
    },
  )

  await step('what the library noted of each response is what was answered (C84)', async () => {
    if (!requirer.tells) return
    const byRequest = requirer.tells.notes === 'by-request'
    const { name } = await model.unit(unit)
    const noted = JSON.parse((await model.databag(id, name)).data ?? '{}')
    for (const response of await responsesOf(model, id)) {
      const row = byRequest ? noted[response['request-id'] ?? ''] : noted
      const { endpoints, resource, 'secret-user': user } = row
      assert.deepEqual([endpoints, user], [response.endpoints, response['secret-user']])
      assert.equal(resource, byRequest ? '/moved' : undefined)
    }
  })
}

async function end(life: Life): Promise<void> {
  const { step, whereShown, model, id } = life
  await step('a relation that breaks takes all with it, and is not written to (C50, C86)', async () => {
    const client = await connectAs(model, id, app)
    assert.equal(await client.get('/moved/a'), 'written')
    const runs = await runsDuring(model, async () => {
      await model.removeRelation(id)
      await model.settle()
    })
    await whereShown('journal', async () => {
      const broken = runs.filter((run) => run.hook === 'etcd-client-relation-broken')
      assert.equal(broken.length, 1)
      const wrote = broken.flatMap((run) => run.calls.filter(({ tool }) => tool === 'relation-set'))
      assert.deepEqual(
        wrote.filter(({ args }) => args.includes(String(id))),
        [],
      )
    })
    await assert.rejects(client.get('/moved/a'))
    client.close()
    const { users, roles, trusted } = await lookAtEtcd(model)
    assert.deepEqual([users, roles.other, trusted.length], [['root'], undefined, 1])
  })

  await step('made again, it is served anew (C54)', async () => {
    await model.updateStatus()
    const again = await model.integrate('etcd:etcd-client', `${app}:etcd`)
    await model.settle()
    await assertComplete(model, again)
    await assertServes({ ...life, id: again }, '/moved/b')
  })
}
