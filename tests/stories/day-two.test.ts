// What an operator reaches for at three in the morning: the screen of it all, data compared, leadership moved, history compacted, room given
// back to the disk, and a command line that works; while a client writes, and none of its writes is lost.

import assert from 'node:assert/strict'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertSound, assertWrites, deployServed, raftRoles, runOn, unitsOf } from './sound.ts'

const MiB = 1024 * 1024

async function sizes(model: StoryModel): Promise<readonly number[]> {
  const rows = await Promise.all(
    (await unitsOf(model)).map(async (unit) =>
      JSON.parse(await etcdctl(model, unit, '-w', 'json', 'endpoint', 'status')),
    ),
  )
  return rows.map(([row]) => row.Status.dbSize)
}

/** So many MiB are written and overwritten: the history of them is what compaction can forget. */
async function makeHistory(model: StoryModel, count: number): Promise<void> {
  const { leader } = await raftRoles(model)
  const line = `head -c ${MiB / 2} /dev/zero | tr '\\0' x > /tmp/value; for n in $(seq ${count * 2}); do "$0" put /history/a < /tmp/value >/dev/null || exit 1; done`
  const { results } = await model.runAction(leader, 'get-admin-credentials')
  const command = (results.command ?? '').replace(/^sudo /, '')
  const told = line.replaceAll('"$0"', command)
  await runOn(model, leader, `export HOME=/root; ${told}`)
}

story('day-two actions on three members', { ownModel: true }, async (told) => {
  const { model, step } = told
  const relation = await deployServed(model, 3)
  const leader = (await model.unit('etcd/leader')).name
  const run = (name: string, params: Record<string, unknown> = {}) => model.runAction(leader, name, params)

  await step('status is one screen of 80 columns', async () => {
    const { status, message, results } = await run('status')
    assert.equal(status, 'completed', message)
    const lines = (results.status ?? '').split('\n')
    for (const line of lines) assert.ok(line.length <= 78 && line === line.trimEnd(), line)
    assert.ok(lines.length <= 24, String(lines.length))
    const screen = lines.join('\n')
    assert.match(screen, /3 of 3 voters answer, 2 are the quorum: 1 more may fail/)
    for (const unit of await unitsOf(model))
      assert.match(screen, new RegExp(`${unit.replace('/', '-')} +(leader|voter) +3\\.`))
    assert.match(screen, /alarms: none/)
    assert.match(screen, /turn to restart: free/)
    assert.match(screen, /clients\n {2}1 served/)
    assert.equal(JSON.parse(results.json ?? '').members.members.length, 3)
    told.note(screen)
  })

  await step('the command line of root works on the unit, and no key is in what is printed', async () => {
    for (const unit of await unitsOf(model)) {
      const { status, message, results } = await model.runAction(unit, 'get-admin-credentials')
      assert.equal(status, 'completed', message)
      assert.doesNotMatch(JSON.stringify(results), /BEGIN|PRIVATE/)
      const command = (results.command ?? '').replace(/^sudo /, '')
      assert.match(await runOn(model, unit, `HOME=/root ${command} user list`), /^root$/m)
    }
  })

  await step('the data of all members is found to be the same', async () => {
    const { status, message, results } = await run('check-data')
    assert.equal(status, 'completed', message)
    assert.match(results.verdict ?? '', /^all 3 members have the same data at revision \d+$/)
  })

  await step('leadership moves to the unit that is named, once', async () => {
    const { follower } = await raftRoles(model)
    const planned = await run('move-leader', { unit: follower, 'dry-run': true })
    assert.equal(planned.results.done, 'nothing')
    assert.notEqual((await raftRoles(model)).leader, follower)
    assert.equal(
      (await run('move-leader', { unit: follower })).results.done,
      `${follower.replace('/', '-')} leads`,
    )
    assert.equal((await raftRoles(model)).leader, follower)
    assert.match((await run('move-leader', { unit: follower })).results.done ?? '', /^nothing/)
    const nobody = await run('move-leader', { unit: 'etcd/99' })
    assert.deepEqual(
      [nobody.status, nobody.message],
      ['failed', 'refused: there is no member of etcd/99; status names those that there are'],
    )
  })

  await step(
    'history is compacted and its room given back, the raft leader last, and a second time there is nothing to do',
    async () => {
      await makeHistory(model, 8)
      const future = await run('compact', { revision: 1_000_000_000 })
      assert.match(future.message, /^refused: revision 1000000000 is still to come/)
      assert.equal((await run('compact', { 'dry-run': true })).results.done, 'nothing')
      const compacted = await run('compact', { physical: true })
      assert.match(compacted.results.done ?? '', /^compacted to revision \d+$/)
      assert.match(
        (await run('compact', { revision: 2 })).results.done ?? '',
        /^nothing: it was compacted that far before$/,
      )
      const before = await sizes(model)
      const planned = await run('defragment', { 'dry-run': true })
      const turns = JSON.parse(planned.results.json ?? '')
      const { leader: raftLeader } = await raftRoles(model)
      assert.equal(turns.at(-1).name, raftLeader.replace('/', '-'))
      assert.deepEqual(await sizes(model), before)
      const done = await run('defragment')
      assert.equal(done.status, 'completed', done.message)
      assert.ok(Number(done.results['won-bytes']) > 3 * 4 * MiB, JSON.stringify(done.results))
      for (const [at, size] of (await sizes(model)).entries()) assert.ok(size < (before[at] ?? 0) / 2)
      assert.equal((await run('defragment')).results.done, 'nothing to win')
      assert.notEqual((await raftRoles(model)).leader, raftLeader)
      await assertWrites(model, relation, '/web/after')
      told.note(done.results.members ?? '')
    },
  )

  await step('no alarm, nothing to disarm', async () => {
    assert.equal((await run('disarm-alarms')).results.done, 'nothing: there is no alarm')
  })
  await assertSound(told)
})
