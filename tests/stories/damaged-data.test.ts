// A member whose data is damaged makes way and joins anew by itself while the others are enough; what it had is kept aside. Alone, it
// touches nothing and says what to do.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import type { StoryModel } from './driver/driver.ts'
import { workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { restored, saveSnapshot } from './snapshots.ts'
import {
  assertSound,
  assertWrites,
  countKeys,
  deployServed,
  heal,
  raftRoles,
  runOn,
  setAsideOn,
  unitsOf,
} from './sound.ts'

/** Each ends etcd, damages something of its data, and leaves the rest to the hooks. */
const damages: readonly (readonly [string, string])[] = [
  ['noise in the database', 'dd if=/dev/urandom of="$0/snap/db" bs=4096 seek=2 count=3 conv=notrunc'],
  ['a database that was cut off', 'truncate -s 5000 "$0/snap/db"'],
  ['a database that was cut off behind its first pages', 'truncate -s 20000 "$0/snap/db"'],
  [
    'a record of the log that is no record',
    'dd if=/dev/zero of="$(ls "$0"/wal/*.wal | tail -n 1)" bs=4 seek=2 count=1 conv=notrunc',
  ],
  [
    'noise in the log',
    'dd if=/dev/urandom of="$(ls "$0"/wal/*.wal | tail -n 1)" bs=8 seek=300 count=1 conv=notrunc',
  ],
]

/** As by a crash; and systemd, which would start it again at once, leaves it to the hooks. */
async function crash(model: StoryModel, unit: string): Promise<void> {
  const { service } = await workloadOn(model, unit)
  await runOn(model, unit, `pkill -KILL -x etcd; systemctl stop ${service}`)
}

async function damage(model: StoryModel, unit: string, how: string): Promise<void> {
  await crash(model, unit)
  const { paths } = await workloadOn(model, unit)
  await runOn(model, unit, how, `${paths.data}/member`)
}

const replaced = 'a member with damaged data is replaced by itself'
story(replaced, { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 3)
  for (const [nth, [name, how]] of damages.entries()) {
    await step(name, async () => {
      await using writer = new Writer(model, id, 'web', `/web/${nth}/`)
      const { follower } = await raftRoles(model)
      await damage(model, follower, how)
      await model.settle()
      await heal(model)
      const { acknowledged } = await writer.finish()
      await assertSound(told)
      assert.equal(await setAsideOn(model, follower), 1)
      // As its operator does: a unit keeps three, and then asks to be looked at.
      const { paths } = await workloadOn(model, follower)
      await runOn(model, follower, 'rm -r "$0"/set-aside-*', paths.data)
      assert.equal(await countKeys(model, follower, `/web/${nth}/`), acknowledged)
    })
  }
})

/** Another process has the port of its metrics, and goes on; prints its id. */
const takePort = `setsid perl -MIO::Socket::INET -e '
  my $taken = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 2381, Listen => 1, ReuseAddr => 1) or die;
  sleep 3600' </dev/null >/dev/null 2>&1 &
echo $!
for n in $(seq 100); do
  perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 2381)' && break; sleep 0.1
done`

const killed = 'a member that was only killed, or lacks something else, keeps its data'
story(killed, { ownModel: true }, async (told) => {
  const { model } = told
  await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  await crash(model, follower)
  const other = (await runOn(model, follower, takePort)).trim()
  await model.updateStatus('etcd')
  assert.notEqual((await model.unit(follower)).workload.status, 'active')
  await runOn(model, follower, 'kill "$0"', other)
  await heal(model)
  await assertSound(told)
  assert.equal(await setAsideOn(model, follower), 0)
})

const leftover = 'a copy that a founding left behind keeps no unit out'
story(leftover, { ownModel: true }, async (told) => {
  const { model } = told
  await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  await crash(model, follower)
  const { paths } = await workloadOn(model, follower)
  // As where a founder's hook was killed with the copy in its last folder, and another unit founded the cluster.
  await runOn(model, follower, 'mkdir "$0/founded" && mv "$0/member" "$0/founded/member"', paths.data)
  await heal(model)
  await assertSound(told)
  assert.equal(await setAsideOn(model, follower), 1)
})

story(
  'the only member touches nothing, says what ails it, and takes a backup',
  { ownModel: true },
  async (told) => {
    const { model } = told
    const id = await deployServed(model, 1)
    const [unit = ''] = await unitsOf(model)
    await assertWrites(model, id, '/web/kept')
    await saveSnapshot(model, unit, 'monday.db')
    await damage(model, unit, damages[1]?.[1] ?? '')
    await model.updateStatus('etcd')
    await model.updateStatus('etcd')
    const { status, message } = (await model.unit(unit)).workload
    assert.equal(status, 'blocked')
    assert.match(message, /^etcd can't run on its data \(its database was cut off\).*restore a backup/)
    assert.equal(await setAsideOn(model, unit), 0)
    const recovery = await model.runAction(unit, 'recover-quorum', { confirm: true })
    assert.equal(recovery.status, 'failed')
    assert.match(recovery.message, /the only data that there is is damaged .*restore a backup/)

    // It waits for this very etcd, and keeps no restore from it.
    const rotation = await model.runAction(unit, 'rotate-authorities')
    assert.equal(rotation.status, 'completed', rotation.message)
    await model.updateStatus('etcd')

    await restored(model, unit, { file: 'monday.db' })
    await heal(model)
    await assertSound(told)
    assert.equal(await countKeys(model, unit, '/web/kept'), 1)
    const again = await model.runAction(unit, 'rotate-authorities')
    assert.equal(again.status, 'completed', `the rotation ended: ${again.message}`)
  },
)

const founds = 'the last data turns out damaged as a cluster is founded on it'
story(founds, { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 1)
  const [unit = ''] = await unitsOf(model)
  await assertWrites(model, id, '/web/kept')
  await saveSnapshot(model, unit, 'monday.db')
  const begin = async (): Promise<void> => {
    await damage(model, unit, damages[0]?.[1] ?? '')
    // Nobody has tried to start on it yet.
    const { status, message } = await model.runAction(unit, 'recover-quorum', { confirm: true })
    assert.equal(status, 'completed', message)
    await model.updateStatus('etcd')
  }

  await step('the status says what to do, and so does recover-quorum', async () => {
    await begin()
    const { status, message } = (await model.unit(unit)).workload
    assert.equal(status, 'blocked')
    assert.match(
      message,
      /^the data that goes furthest is damaged.*; restore a backup, by the action restore/,
    )
    const recovery = await model.runAction(unit, 'recover-quorum', { confirm: true })
    assert.match(recovery.message, /the only data that there is is damaged .*restore a backup/)
  })

  await step('a restore goes on, and what could not run is kept aside', async () => {
    await restored(model, unit, { file: 'monday.db' })
    await heal(model)
    await assertSound(told)
    assert.equal(await countKeys(model, unit, '/web/kept'), 1)
    assert.equal(await setAsideOn(model, unit), 1)
  })

  await step('or it is moved away, and an empty cluster begins', async () => {
    await begin()
    const { paths } = await workloadOn(model, unit)
    await runOn(model, unit, 'mv "$0/member" "$0/moved"', paths.data)
    await heal(model)
    await assertSound(told)
    assert.equal(await countKeys(model, unit, '/web/'), 0)
  })
})
