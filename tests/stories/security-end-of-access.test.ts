// The end of access is the operator's to bring about: a consumer that never lets go of its relation, or that comes back under another
// name, has what it had until then and nothing after it, over connections that it keeps open and over new ones.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { connectAcross, relateAcross } from './driver/across.ts'
import { emulated } from './driver/emulated-model.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { connectWith, succeeds } from './intruder.ts'
import { archives, etcdctl, lookAtEtcd, openWorld, seed } from './world.ts'

/** Until no unit has anything to do; those of a model that is away have. */
async function rest(model: Model): Promise<void> {
  while (await model.runOne());
}

for (const profile of ['3.6', '4.0'] as const)
  test(`a consumer in another model that keeps its removed relation from ending, on Juju ${profile}`, async (story) => {
    await using world = await openWorld({ profile, seed })
    const model = emulated(world, profile)
    const config = { prefix: '/web/', request: 'v1' }
    const across = await relateAcross(model, { charm: 'client', config })
    const consumer = emulatorOf(across.consumer)
    const open = await connectAcross(across)
    await using _closed = { [Symbol.asyncDispose]: async () => open.close() }
    const tries = async (): Promise<readonly boolean[]> => {
      const fresh = await connectAcross(across)
      const did = [await succeeds(open.put('/web/a', 'open')), await succeeds(fresh.put('/web/a', 'new'))]
      fresh.close()
      return did
    }
    assert.deepEqual(await tries(), [true, true])
    // Its units run no hook any more, as if their agents were stopped.
    consumer.controller('away')
    world.removeRelation(across.there)
    await rest(world)
    const kept = await tries()

    await story.test('is told of with the means that help, while it has access', () => {
      const { message } = world.unit('etcd/0').app.status
      if (kept.some(Boolean)) {
        assert.match(message, /web keeps its access until .* UTC: .*revoke-client common-name=web/)
        assert.doesNotMatch(message, /remove it/)
      } else assert.equal(message, '')
    })

    await story.test('is out when the operator says so, over open connections and new ones', async () => {
      const run = async (params: Record<string, unknown>) => {
        const action = world.askAction('etcd/0', 'revoke-client', { 'common-name': 'web', ...params })
        await rest(world)
        return action
      }
      if (!kept.some(Boolean)) return
      assert.match((await run({})).results.done ?? '', /nothing/)
      assert.deepEqual(await tries(), [true, true])
      assert.match((await run({ confirm: true })).results.done ?? '', /no user in etcd/)
      await rest(world)
      assert.deepEqual(await tries(), [false, false])
    })
    assert.deepEqual((await lookAtEtcd(world)).users, ['root'])
    assert.deepEqual(await model.failedHooks(), [])
  })

test('a client that is revoked is out, whatever its relation asks for, until the operator allows it again', async (story) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
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
  await model.deploy('web', { archive: archives.client, config: { given: web.certificate, databag: both } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const writes = async (who: typeof web, key: string, unit = 'etcd/1'): Promise<boolean> => {
    const etcd = await connectWith(model, who, unit)
    const did = await succeeds(etcd.put(key).value('1').exec())
    etcd.close()
    return did
  }
  assert.deepEqual([await writes(web, '/web/a'), await writes(bob, '/bob/a')], [true, true])

  await story.test(
    'its user, its trust and what it watches end; its neighbour in the relation goes on',
    async () => {
      const etcd = await connectWith(model, web, 'etcd/2')
      await using _closed = { [Symbol.asyncDispose]: async () => etcd.close() }
      const seen: string[] = []
      const watcher = await etcd.watch().prefix('/web/').create()
      watcher.on('put', ({ value }) => seen.push(value.toString()))
      watcher.on('error', () => undefined)
      const revoked = { 'common-name': 'WEB', confirm: true }
      const leader = model.tables.applications.get('etcd')?.leader ?? ''
      const others = ['etcd/0', 'etcd/1', 'etcd/2'].filter((unit) => unit !== leader)
      assert.equal((await model.runAction(others[0] ?? '', 'revoke-client', revoked)).status, 'failed')
      const done = await model.runAction(leader, 'revoke-client', revoked)
      assert.equal(done.status, 'completed', done.message)
      assert.match(done.results.done ?? '', /no user in etcd/)
      const again = await model.runAction(leader, 'revoke-client', revoked)
      assert.deepEqual([again.status, again.results.left], ['completed', 'nothing'])
      for (const unit of ['etcd/0', 'etcd/1', 'etcd/2']) assert.ok(!(await writes(web, '/web/a', unit)), unit)
      await etcdctl(model.unit(leader).host, 'put', '/web/a', 'secret')
      await sleep(500)
      assert.deepEqual(
        seen.filter((value) => value === 'secret'),
        [],
      )
      assert.ok(await writes(bob, '/bob/a'))
    },
  )

  await story.test('another name, another request or a new certificate does not let it back', async () => {
    const next = ask([
      ['/web2/', other.certificate],
      ['/bob/', bob.certificate],
    ])
    model.config('web', { databag: next })
    await model.settle()
    await model.updateStatus()
    assert.ok(!(await writes(other, '/web2/a')))
    assert.match(model.databag(id, 'etcd').status ?? '', /revoked/)
    assert.deepEqual((await lookAtEtcd(model)).users, ['bob', 'root'])
  })

  await story.test('the operator allows it again', async () => {
    model.config('web', { databag: both })
    await model.settle()
    const leader = model.tables.applications.get('etcd')?.leader ?? ''
    assert.match((await model.runAction(leader, 'list-clients')).results.clients ?? '', /revoked/)
    await model.runAction(leader, 'allow-client', { 'common-name': 'web' })
    assert.ok(await writes(web, '/web/a'))
  })
  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0).map((run) => [run.unit, run.hook, run.stderr]),
    [],
  )
})
