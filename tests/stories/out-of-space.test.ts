// A database that is full takes no writes, the lock to restart among them: yet a larger quota comes in force by itself, member by
// member, and so does room that the operator made; and nothing of what was acknowledged is lost.

import assert from 'node:assert/strict'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import {
  assertSound,
  assertWrites,
  countKeys,
  deployServed,
  heal,
  startsOf,
  startsSince,
  unitsOf,
  writeUntilRefused,
} from './sound.ts'

const MiB = 1024 * 1024

/** Writes until etcd takes no more; how many it acknowledged. */
async function fill(model: StoryModel, relation: number, prefix: string): Promise<number> {
  const { written, refusal } = await writeUntilRefused(model, relation, prefix, 'x'.repeat(MiB))
  assert.match(refusal, /database space exceeded/)
  return written
}

const title = 'a full database takes a larger quota, and a smaller content, without a manual step'
story(title, { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 3)
  await model.configure('etcd', { 'quota-backend-bytes': String(24 * MiB) })
  await model.settle()
  await assertSound(told)
  const written = await fill(model, id, '/web/first/')
  // etcd may have done the write of which it said that there is no space: the one that fills its quota.
  const assertKept = async (unit: string): Promise<void> => {
    const kept = await countKeys(model, unit, '/web/first/')
    assert.ok(kept === written || kept === written + 1, `${kept} of ${written}`)
  }

  await step('it is said within one update-status, with its remedy', async () => {
    await model.updateStatus('etcd')
    const seen = (await model.units('etcd')).map(({ workload }) => workload)
    const blocked = seen.filter(({ status }) => status === 'blocked')
    assert.ok(blocked.length > 0)
    for (const { message } of blocked)
      assert.match(
        message,
        /^etcd-\d: the database is full and takes no writes; .* or raise quota-backend-bytes/,
      )
    assert.equal((await model.application('etcd')).status.status, 'blocked')
  })

  await step('a larger quota is taken in turn, and writes go on', async () => {
    const before = await startsOf(model)
    await model.configure('etcd', { 'quota-backend-bytes': String(64 * MiB) })
    await model.settle()
    await assertSound(told)
    assert.deepEqual(await startsSince(model, before), [1, 1, 1])
    await assertWrites(model, id, '/web/after')
    await assertKept((await unitsOf(model))[1] ?? '')
  })

  await step('full again: once the operator has made room, writes go on by themselves', async () => {
    await fill(model, id, '/web/second/')
    await model.updateStatus('etcd')
    assert.equal((await model.application('etcd')).status.status, 'blocked')
    const before = await startsOf(model)
    const ask = (...words: readonly string[]): Promise<string> => etcdctl(model, 'etcd/leader', ...words)
    await ask('del', '--prefix', '/web/second/')
    const { header } = JSON.parse(await ask('-w', 'json', 'get', '/web/after'))
    await ask('compaction', '--physical', String(header.revision))
    for (const unit of await unitsOf(model)) await etcdctl(model, unit, 'defrag')
    await heal(model)
    await assertSound(told)
    assert.deepEqual(await startsSince(model, before), [0, 0, 0])
    await assertWrites(model, id, '/web/again')
    await assertKept((await unitsOf(model))[2] ?? '')
  })
})
