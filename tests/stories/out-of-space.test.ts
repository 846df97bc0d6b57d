// A database that is full takes no writes, the lock to restart among them: yet a larger quota comes in force by itself, member by
// member, and so does room that the operator made; and nothing of what was acknowledged is lost.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { assertRestartsInTurn, restartsOf } from './chaos/restarts.ts'
import { assertWrites, connectAsAdmin, countKeys, deployServed } from './chaos/units.ts'
import { connectAs, etcdctl, openWorld } from './world.ts'

const MiB = 1024 * 1024

/** Writes until etcd takes no more; how many it acknowledged. */
async function fill(model: Model, relation: number, prefix: string): Promise<number> {
  const client = connectAs(model, relation, 'web')
  try {
    for (let nth = 0; ; nth += 1) {
      const refused = await client.put(`${prefix}${nth}`, 'x'.repeat(MiB)).then(
        () => undefined,
        (error: unknown) => String(error),
      )
      if (refused === undefined) continue
      assert.match(refused, /database space exceeded/)
      return nth
    }
  } finally {
    client.close()
  }
}

test('a full database takes a larger quota, and a smaller content, without a manual step', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  model.config('etcd', { 'quota-backend-bytes': String(24 * MiB) })
  await model.settle()
  await assertSound(model)
  const written = await fill(model, id, '/web/first/')
  // etcd may have done the write of which it said that there is no space: the one that fills its quota.
  const assertKept = async (unit: string): Promise<void> => {
    const kept = await countKeys(model, unit, '/web/first/')
    assert.ok(kept === written || kept === written + 1, `${kept} of ${written}`)
  }

  await t.test('it is said within one update-status, with its remedy', async () => {
    await model.updateStatus('etcd')
    const told = unitsOf(model).map((unit) => model.unit(unit).workload)
    const blocked = told.filter(({ status }) => status === 'blocked')
    assert.ok(blocked.length > 0)
    for (const { message } of blocked)
      assert.match(
        message,
        /^etcd-\d: the database is full and takes no writes; .* or raise quota-backend-bytes/,
      )
    assert.equal(model.unit('etcd/0').app.status.status, 'blocked')
  })

  await t.test('a larger quota is taken in turn, and writes go on', async () => {
    const before = await restartsOf(model)
    model.config('etcd', { 'quota-backend-bytes': String(64 * MiB) })
    await model.settle()
    await assertSound(model)
    const since = (await restartsOf(model)).slice(before.length)
    assert.deepEqual(since.map(({ unit }) => unit).sort(), [...unitsOf(model)].sort())
    await assertRestartsInTurn(model)
    await assertWrites(model, id, '/web/after')
    await assertKept('etcd/1')
  })

  await t.test('full again: once the operator has made room, writes go on by themselves', async () => {
    await fill(model, id, '/web/second/')
    await model.updateStatus('etcd')
    assert.equal(model.unit('etcd/0').app.status.status, 'blocked')
    const before = await restartsOf(model)
    const { host } = model.unit('etcd/0')
    await etcdctl(host, 'del', '--prefix', '/web/second/')
    const admin = await connectAsAdmin(model, 'etcd/0')
    const { header } = await admin.kv.range({ key: Buffer.from('/web/after') })
    await admin.kv.compact({ revision: header.revision, physical: true })
    admin.close()
    for (const unit of unitsOf(model)) await etcdctl(model.unit(unit).host, 'defrag')
    await heal(model)
    await assertSound(model)
    assert.equal((await restartsOf(model)).length, before.length)
    await assertWrites(model, id, '/web/again')
    await assertKept('etcd/2')
  })
})
