// A snapshot is restored on three units: what was acknowledged before it was taken is there, what came later is not, and whoever had the
// password of the root that it brings along is nobody.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import { connectAs } from './driver/client.ts'
import type { StoryModel } from './driver/driver.ts'
import { runsDuring } from './driver/emulator-of.ts'
import { story } from './driver/story.ts'
import { leaderOf, restored, restoreOn, saveSnapshot, shellOn } from './snapshots.ts'
import { assertSound, assertWrites, countKeys, deployServed, heal, setAsideOn, unitsOf } from './sound.ts'

/** A root with a password, as other charms have it, and one more who has its role. */
const strangers = `etcdctl auth disable
etcdctl user delete root; etcdctl user add root:hunter2; etcdctl user grant-role root root
etcdctl user add mallory:hunter2; etcdctl user grant-role mallory root
etcdctl auth enable`

const title = 'a snapshot with a root password is restored on three units'
story(title, { ownModel: true }, async (told) => {
  const { model } = told
  const id = await deployServed(model, 3)
  const leader = await leaderOf(model)
  const before = await writeFor(told.model, id, '/web/before/')
  await shellOn(model, leader, strangers)
  await saveSnapshot(model, leader, 'monday.db')
  const after = await writeFor(told.model, id, '/web/after/')
  assert.ok(before > 0 && after > 0)

  const dry = await restoreOn(model, leader, { file: 'monday.db' })
  assert.equal(dry.results.done, 'nothing')
  assert.equal(dry.results['users-put-out'], 'mallory (has a password), root (has a password)')
  assert.equal(await countKeys(model, leader, '/web/after/'), after)

  let gap = 0
  const runs = await runsDuring(model, async () => {
    gap = await longestGap(model, id, () => restored(model, leader, { file: 'monday.db' }))
  })
  const ours = runs.filter(({ unit }) => unit.startsWith('etcd/')).length
  told.note(`a writer got no answer for ${gap} ms; ${ours} runs of hooks and actions until all served`)
  await heal(model)
  await assertSound(told)
  for (const unit of await unitsOf(model)) {
    assert.equal(await countKeys(model, unit, '/web/before/'), before)
    assert.equal(await countKeys(model, unit, '/web/after/'), 0)
    assert.equal(await setAsideOn(model, unit), 1)
  }
  await assertWrites(model, id, '/web/again')
  for (const who of ['root:hunter2', 'mallory:hunter2'])
    assert.match(
      await shellOn(model, leader, `etcdctl --user ${who} user list 2>&1 || true`),
      /authentication failed/,
    )
})

/** Of a client that tries all the while; in milliseconds. */
async function longestGap(model: StoryModel, id: number, body: () => Promise<unknown>): Promise<number> {
  const client = await connectAs(model, id, 'web')
  let [over, gap, last] = [false, 0, performance.now()]
  const trying = (async () => {
    while (!over) {
      const took = await client.put('/web/probe', '1').then(
        () => true,
        () => false,
      )
      if (took) {
        gap = Math.max(gap, performance.now() - last)
        last = performance.now()
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  await body()
  over = true
  await trying
  client.close()
  return Math.round(gap)
}

async function writeFor(
  model: Parameters<typeof deployServed>[0],
  id: number,
  prefix: string,
): Promise<number> {
  await using writer = new Writer(model, id, 'web', prefix)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  return (await writer.finish()).acknowledged
}
