// A client that its operator revokes is out, over connections that it keeps open and over new ones, whatever it asks for; and its neighbour
// in the same relation goes on.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { etcdctl, lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { connectWith, succeeds } from './intruder.ts'
import { unitsOf } from './sound.ts'

const title =
  'a client that is revoked is out, whatever its relation asks for, until the operator allows it again'
story(title, { ownModel: true }, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 3 })
  const [web, bob, other] = await Promise.all(
    ['web', 'bob', 'web2'].map((name) => issueCertificate({ commonNames: [name] })),
  )
  assert.ok(web && bob && other)
  const ask = (rows: readonly (readonly [string, string])[]): string =>
    JSON.stringify({
      version: 'v1',
      requests: JSON.stringify(
        rows.map(([resource, certificate]) => ({ resource, salt: resource, 'mtls-cert': certificate })),
      ),
    })
  const both = ask([
    ['/web/', web.certificate],
    ['/bob/', bob.certificate],
  ])
  await model.deploy('web', { charm: 'client', config: { given: web.certificate, databag: both } })
  await model.settle()
  const id = await model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const units = await unitsOf(model)
  const writes = async (who: typeof web, key: string, unit = units[1]): Promise<boolean> => {
    const etcd = await connectWith(model, who, unit)
    const did = await succeeds(etcd.put(key).value('1').exec())
    etcd.close()
    return did
  }
  assert.deepEqual([await writes(web, '/web/a'), await writes(bob, '/bob/a')], [true, true])

  await step(
    'its user, its trust and what it watches end; its neighbour in the relation goes on',
    async () => {
      const etcd = await connectWith(model, web, units[2])
      await using _closed = { [Symbol.asyncDispose]: async () => etcd.close() }
      const seen: string[] = []
      const watcher = await etcd.watch().prefix('/web/').create()
      watcher.on('put', ({ value }) => seen.push(value.toString()))
      watcher.on('error', () => undefined)
      const revoked = { 'common-name': 'WEB', confirm: true }
      const leader = (await model.unit('etcd/leader')).name
      const others = units.filter((unit) => unit !== leader)
      assert.equal((await model.runAction(others[0] ?? '', 'revoke-client', revoked)).status, 'failed')
      const done = await model.runAction(leader, 'revoke-client', revoked)
      assert.equal(done.status, 'completed', done.message)
      assert.match(done.results.done ?? '', /no user in etcd/)
      const again = await model.runAction(leader, 'revoke-client', revoked)
      assert.deepEqual([again.status, again.results.left], ['completed', 'nothing'])
      await model.settle()
      for (const unit of units) assert.ok(!(await writes(web, '/web/a', unit)), unit)
      await etcdctl(model, leader, 'put', '/web/a', 'secret')
      await sleep(500)
      assert.deepEqual(
        seen.filter((value) => value === 'secret'),
        [],
      )
      assert.ok(await writes(bob, '/bob/a'))
    },
  )

  await step('another name, another request or a new certificate does not let it back', async () => {
    const next = ask([
      ['/web2/', other.certificate],
      ['/bob/', bob.certificate],
    ])
    await model.configure('web', { databag: next })
    await model.settle()
    await model.updateStatus()
    assert.ok(!(await writes(other, '/web2/a')))
    assert.match((await model.databag(id, 'etcd')).status ?? '', /revoked/)
    assert.deepEqual((await lookAtEtcd(model)).users, ['bob', 'root'])
  })

  await step('the operator allows it again', async () => {
    await model.configure('web', { databag: both })
    await model.settle()
    const leader = (await model.unit('etcd/leader')).name
    assert.match((await model.runAction(leader, 'list-clients')).results.clients ?? '', /revoked/)
    await model.runAction(leader, 'allow-client', { 'common-name': 'web' })
    await model.settle()
    assert.ok(await writes(web, '/web/a'))
  })
  await assertNoFailedHooks(model)
})
