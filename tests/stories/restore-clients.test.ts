// What a restore means for clients: whoever came after the snapshot keeps his access and loses his keys, whoever comes while it is under way is
// served, a watch ends in words that a client can act on, and an alarm that was in the snapshot stops nobody. On five units, and in
// another application, which knows its own clients only.

import assert from 'node:assert/strict'
import { connectAs, withClient } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import { etcdctl, lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { leaderOf, restored, restoreOn, saveSnapshot, shellOn } from './snapshots.ts'
import {
  assertSound,
  assertWrites,
  countKeys,
  deployServed,
  heal,
  unitsOf,
  writeUntilRefused,
} from './sound.ts'

const MiB = 1024 * 1024

story('a restore on five units, older than half of the clients', { ownModel: true }, async (told) => {
  const { model } = told
  const id = await deployServed(model, 5)
  const leader = await leaderOf(model)
  await assertWrites(model, id, '/web/old')
  await saveSnapshot(model, leader, 'monday.db')
  for (const name of ['late', 'later'])
    await model.deploy(name, { charm: 'client', config: { prefix: `/${name}/` } })
  await model.settle()
  const late = await model.integrate('etcd:etcd-client', 'late:etcd')
  await untilServed(model, ['late'])
  await withClient(model, late, 'late', (client) => client.put('/late/a', '1'))

  const web = await connectAs(model, id, 'web')
  const watch = await web.etcd.watch().prefix('/web/').create()
  const ended = new Promise<string>((resolve) => watch.once('error', (error) => resolve(String(error))))
  const begun = await restoreOn(model, leader, { file: 'monday.db', confirm: true })
  assert.equal(begun.status, 'completed', begun.message)
  assert.match(begun.results.clients ?? '', /late, web/)
  await model.integrate('etcd:etcd-client', 'later:etcd')
  await untilServed(model, ['web', 'late', 'later'])
  await heal(model)
  await assertSound(told, ['late', 'later', 'web'])
  assert.equal(await countKeys(model, leader, '/late/'), 0)
  await withClient(model, late, 'late', (client) => client.put('/late/b', '1'))
  await assertWrites(model, id, '/web/new')
  // It asks for what comes next after a revision that is compacted, as all below the new ones are.
  assert.match(await Promise.race([ended, sleepFor('the watch goes on')]), /Watcher canceled/)
  const revision = Number(
    (await etcdctl(model, leader, 'get', '/web/new', '-w', 'fields')).match(/"Revision" : (\d+)/)?.[1],
  )
  assert.ok(revision > 1_000_000_000, `${revision}`)
  web.close()
})

async function sleepFor(word: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 3000))
  return word
}

const giveRoomBack =
  'etcdctl del --prefix /web/full/; etcdctl compact $(etcdctl get x -w fields | sed -n "s/\\"Revision\\" : //p"); etcdctl defrag'

story('an alarm in the snapshot, and another application', { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 1)
  const leader = await leaderOf(model)

  await step(
    'a snapshot of a full database is refused at its quota, and serves with a larger one',
    async () => {
      await model.configure('etcd', { 'quota-backend-bytes': String(40 * MiB) })
      await model.settle()
      // Or it would be filled up to what the machine has room for.
      assert.equal((await model.unit(leader)).workload.status, 'active')
      const { written } = await writeUntilRefused(model, id, '/web/full/', 'x'.repeat(MiB / 16))
      await saveSnapshot(model, leader, 'full.db')
      // Much less than it has in keys: how much of a full database is free pages, which a restore gives back, hangs on the machine's load.
      await shellOn(model, leader, giveRoomBack)
      await heal(model)
      await model.configure('etcd', { 'quota-backend-bytes': String(24 * MiB) })
      await model.settle()
      assert.equal((await model.unit(leader)).workload.status, 'active')
      const refused = await restoreOn(model, leader, { file: 'full.db', confirm: true })
      assert.match(refused.message, /quota-backend-bytes allows 25165824; raise it/)
      await model.configure('etcd', { 'quota-backend-bytes': String(64 * MiB) })
      await model.settle()
      await restored(model, leader, { file: 'full.db' })
      await heal(model)
      await assertSound(told)
      assert.ok((await countKeys(model, leader, '/web/full/')) >= written)
      await assertWrites(model, id, '/web/again')
    },
  )

  await step('in another application its own clients are served, and no others', async () => {
    await shellOn(model, leader, `etcdctl put /web/moved 1; ${giveRoomBack}`)
    await saveSnapshot(model, leader, 'moved.db')
    const text = await shellOn(model, leader, 'base64 -w 60000 $incoming/moved.db')
    await model.deploy('other', { charm: 'etcd' })
    await model.deploy('tenant', { charm: 'client', config: { prefix: '/tenant/' } })
    await model.settle()
    const tenant = await model.integrate('other:etcd-client', 'tenant:etcd')
    await untilServed(model, ['tenant'])
    const there = 'other/0'
    for (const line of text.split('\n')) await shellOn(model, there, `echo '${line}' >>$incoming/moved.b64`)
    await shellOn(model, there, 'base64 -d $incoming/moved.b64 >$incoming/moved.db')
    const { status, message, results } = await restoreOn(model, there, { file: 'moved.db', confirm: true })
    assert.equal(status, 'completed', message)
    assert.equal(results['users-put-out'], 'web')
    await heal(model)
    await model.updateStatus('other')
    assert.deepEqual((await lookAtEtcd(model, there)).users, ['root', 'tenant'])
    assert.match(await etcdctl(model, there, 'get', '/web/moved'), /1/)
    const client = await connectAs(model, tenant, 'tenant', 0, 'other')
    await client.put('/tenant/a', '1')
    client.close()
    assert.equal((await unitsOf(model)).length, 1)
  })
})
