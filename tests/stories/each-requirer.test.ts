// The life of one relation, told of every requirer in the field: nothing, an answer, rotations good and bad, another prefix, the
// end, and a new beginning. What its library tells the charm's author is counted.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { app, assertServes, change, type Life, refuse, rotate } from './relation-life.ts'
import {
  assertComplete,
  assertNoHookFailed,
  deployRequirer,
  eventsOf,
  fingerprintOf,
  permissionsOf,
  requirers,
  truststoreOf,
  watch,
  usernamesOf,
} from './requirers.ts'
import { archives, connectAs, lookAtEtcd, openWorld, responsesOf } from './world.ts'
import { writesOf } from './driver/emulator-of.ts'

for (const requirer of requirers) {
  test(`${requirer.name}: a relation from its beginning to its end`, { skip: requirer.skip }, async (t) => {
    const model = await openWorld({ profile: requirer.profile })
    after(() => model[Symbol.asyncDispose]())
    await model.deploy('etcd', { archive: archives.etcd })
    await deployRequirer(model, requirer, app, { request: 'none' })
    await model.settle()
    const { id } = model.integrate('etcd:etcd-client', `${app}:etcd`)
    await model.settle()
    const life = { t, model, requirer, id }
    await begin(life)
    await rotate(life)
    await change(life)
    await refuse(life)
    await move(life)
    await end(life)
    assertNoHookFailed(model)
  })
}

async function begin(life: Life): Promise<void> {
  const { t, model, requirer, id } = life
  await t.test('who asks for nothing gets nothing (C01)', async () => {
    const { 'secret-user': user, endpoints, requests } = model.databag(id, 'etcd')
    assert.deepEqual([user, endpoints, requests], [undefined, undefined, undefined])
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    assert.match(model.unit('etcd/0').app.status.message, new RegExp(`relation ${id} \\(web\\): no request`))
  })

  await t.test('the answer comes whole, and once it is true (C02, C17, C80)', async () => {
    const { starts } = await lookAtEtcd(model)
    model.config(app, requirer.config)
    let answered = false
    await watch(model, async () => {
      if (answered || responsesOf(model, id).every((row) => row['secret-user'] === undefined)) return
      answered = true
      assertComplete(model, id)
      await assertServes(life, '/web/a')
    })
    assert.ok(answered)
    assert.deepEqual(model.unit('web/0').workload, { status: 'active', message: 'user web' })
    const told = requirer.counts ? { 'resource-created': '1' } : {}
    assert.deepEqual(await eventsOf(model, requirer, 'web/0'), told)
    assert.equal((await lookAtEtcd(model)).starts, starts + 1)
  })

  await t.test('one user, one role, one permission over the prefix (C20, C21)', async () => {
    const { users, roles } = await lookAtEtcd(model)
    assert.deepEqual(
      [users, Object.keys(roles)],
      [
        ['root', 'web'],
        ['etcd-charm-client', 'root', 'web'],
      ],
    )
    assert.deepEqual(await permissionsOf(model, 'web'), [[2, '/web/', '/web0']])
    assert.ok((await truststoreOf(model, 'etcd/0')).includes(fingerprintOf(model, id, app)))
  })

  await t.test('served once is served: nothing is written again, nobody is told again (C16)', async () => {
    await model.updateStatus()
    assert.deepEqual(writesOf(await model.updateStatus()), [])
    assert.deepEqual(await eventsOf(model, requirer, 'web/0'), {})
  })
}

async function move(life: Life): Promise<void> {
  const { t, model, requirer, id } = life
  await t.test(
    'another prefix: another range for the same user, once streams over the old one have ended (N01)',
    async () => {
      const { starts } = await lookAtEtcd(model)
      model.config(app, { prefix: '/moved' })
      await model.settle()
      assert.deepEqual(await permissionsOf(model, 'other'), [[2, '/moved', '/movee']])
      assert.deepEqual(usernamesOf(model, id), ['other'])
      // A watch goes on without permission: one restart ends it, and one lets the client in again (docs/adr/0025).
      const restarts = (await lookAtEtcd(model)).starts - starts
      assert.ok(restarts >= 1 && restarts <= 2, `${restarts} restarts`)
      await assertServes(life, '/moved/a')
    },
  )

  await t.test('what the library noted of each response is what was answered (C84)', async () => {
    if (!requirer.counts) return
    const noted = JSON.parse(model.databag(id, 'web/0').data ?? '{}')
    for (const response of responsesOf(model, id)) {
      const { endpoints, resource, 'secret-user': user } = noted[response['request-id'] ?? '']
      assert.deepEqual([endpoints, resource, user], [response.endpoints, '/moved', response['secret-user']])
    }
  })
}

async function end(life: Life): Promise<void> {
  const { t, model, id } = life
  await t.test('a relation that breaks takes all with it, and is not written to (C50, C86)', async () => {
    const [runs, client] = [model.tables.journal.length, connectAs(model, id, app)]
    assert.equal(await client.get('/moved/a'), 'written')
    model.removeRelation(id)
    await model.settle()
    await assert.rejects(client.get('/moved/a'))
    client.close()
    const { users, roles, trusted } = await lookAtEtcd(model)
    assert.deepEqual([users, roles.other, trusted.length], [['root'], undefined, 1])
    const broken = model.tables.journal
      .slice(runs)
      .filter((run) => run.hook === 'etcd-client-relation-broken')
    assert.equal(broken.length, 1)
    const wrote = broken.flatMap((run) => run.calls.filter(({ tool }) => tool === 'relation-set'))
    assert.deepEqual(
      wrote.filter(({ args }) => args.includes(String(id))),
      [],
    )
  })

  await t.test('made again, it is served anew (C54)', async () => {
    await model.updateStatus()
    const again = model.integrate('etcd:etcd-client', `${app}:etcd`)
    await model.settle()
    assertComplete(model, again.id)
    await assertServes({ ...life, id: again.id }, '/moved/b')
  })
}
