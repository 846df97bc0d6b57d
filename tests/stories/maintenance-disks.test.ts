// On the emulator alone: its machines have small disks of memory, and the log of an action is read.
// What maintenance finds on a member's disk: no room for a copy of its database, and data that is not what the others have.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertSound, heal, raftRoles } from './chaos/cluster.ts'
import { dataFolder } from './chaos/disturbance.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { fillDisk } from './full-disk.ts'
import { connectAs, etcdctl, openWorld } from './world.ts'

const MiB = 1024 * 1024

/** The same number of bytes elsewhere, under the etcd that runs: as a disk does that lies. */
const overwrite = `
  open my $file, "+<", $ARGV[0] or die; binmode $file; local $/; my $all = <$file>; my $count = 0;
  while ($all =~ /is-the-same/g) { seek $file, $-[0], 0; print $file "is-no-more!"; $count += 1 }
  close $file or die; print $count`

test('three members with small disks', async (t) => {
  const told: string[] = []
  const model = await openWorld({ onHook: ({ log }) => told.push(...log) })
  after(() => model[Symbol.asyncDispose]())
  const leader = () => model.tables.applications.get('etcd')?.leader ?? ''
  const run = (name: string, params: Record<string, unknown> = {}) => model.runAction(leader(), name, params)
  const id = await deployServed(model, 3, { memoryStorage: { data: '400M' } })

  await t.test(
    'a disk without room for a copy: refused with the member, the bytes and the remedy',
    async () => {
      const client = connectAs(model, id, 'web')
      for (let nth = 0; nth < 24; nth += 1) await client.put('/web/history', `${nth}`.padEnd(MiB, 'x'))
      client.close()
      assert.equal((await run('compact', { physical: true })).status, 'completed')
      const { follower } = await raftRoles(model)
      const name = follower.replace('/', '-')
      const giveBack = await fillDisk(model.unit(follower).host, dataFolder, 40 * MiB)
      await heal(model)
      const refused = await run('defragment')
      assert.equal(refused.status, 'failed')
      assert.match(
        refused.message,
        new RegExp(
          `^refused: no room on the disk of ${name} \\(needs [\\d.]+ MiB\\); make room or enlarge the storage, or name another unit$`,
        ),
      )
      await giveBack()
      await heal(model)
    },
  )

  await t.test('the log of the action tells of each member, and of what was won there', async () => {
    told.length = 0
    const done = await run('defragment')
    assert.equal(done.status, 'completed', done.message)
    for (const unit of ['etcd-0', 'etcd-1', 'etcd-2'])
      assert.ok(
        told.some((line) => new RegExp(`^ACTION ${unit}: [\\d.]+ MiB before, .+ now$`).test(line)),
        `${unit}: ${told.filter((line) => line.startsWith('ACTION')).join('\n')}`,
      )
    await assertWrites(model, id, '/web/after')
  })

  await t.test(
    'a member whose data differ is named, and one in its place has the data of the others',
    async () => {
      const client = connectAs(model, id, 'web')
      await client.put('/web/differs', 'is-the-same')
      client.close()
      assert.equal((await run('check-data')).status, 'completed')
      const { follower } = await raftRoles(model)
      // etcd writes to its database at times of its own.
      const { host } = model.unit(follower)
      await etcdctl(host, 'snapshot', 'save', '/tmp/flushed')
      const changed = await host.run(['perl', '-e', overwrite, `${dataFolder}/member/snap/db`])
      assert.equal(changed.stdout, '1', changed.stderr)
      const { status, message } = await run('check-data')
      assert.equal(status, 'failed')
      const others = ['etcd-0', 'etcd-1', 'etcd-2'].filter((name) => name !== follower.replace('/', '-'))
      assert.match(
        message,
        new RegExp(
          `^members differ at revision \\d+: ${others.join(', ')}: \\d+ \\| ${follower.replace('/', '-')}: \\d+; keep what most have: remove the units of the others, and add new ones$`,
        ),
      )
      model.removeUnit(follower)
      await model.settle()
      await model.addUnit('etcd')
      await model.settle()
      await heal(model)
      assert.match((await run('check-data')).results.verdict ?? '', /^all 3 members have the same data/)
      await assertSound(model)
    },
  )
})
