// A member whose data is damaged makes way and joins anew by itself while the others are enough; what it had is kept aside. Alone, it
// touches nothing and says what to do.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, raftRoles, unitsOf } from './chaos/cluster.ts'
import { dataFolder, inHost, signal } from './chaos/disturbance.ts'
import { assertWrites, connectAsAdmin, countKeys, deployServed, setAsideOn } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { etcdctl, openWorld } from './world.ts'

const member = `${dataFolder}/member`

/** Each ends etcd, damages something of its data, and leaves the rest to the hooks. */
const damages: readonly (readonly [string, string])[] = [
  ['noise in the database', `dd if=/dev/urandom of=${member}/snap/db bs=4096 seek=2 count=3 conv=notrunc`],
  ['a database that was cut off', `truncate -s 5000 ${member}/snap/db`],
  [
    'noise in the log',
    `dd if=/dev/urandom of=$(ls ${member}/wal/*.wal | tail -n 1) bs=8 seek=300 count=1 conv=notrunc`,
  ],
]

async function damage(model: Model, unit: string, how: string): Promise<void> {
  await signal(model, 'KILL', [unit])
  await inHost(model, unit, how)
}

test('a member with damaged data is replaced by itself', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  for (const [nth, [name, how]] of damages.entries()) {
    await t.test(name, async () => {
      await using writer = new Writer(emulated(model), id, 'web', `/web/${nth}/`)
      const { follower } = await raftRoles(model)
      const before = await setAsideOn(model, follower)
      await damage(model, follower, how)
      await model.settle()
      await heal(model)
      const { acknowledged } = await writer.finish()
      await assertSound(model)
      assert.equal(await setAsideOn(model, follower), before + 1)
      assert.equal(await countKeys(model, follower, `/web/${nth}/`), acknowledged)
    })
  }
})

test('an alarm alone costs no member its data: it compares itself with the others, and goes on', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  const admin = await connectAsAdmin(model, follower)
  const { members } = await admin.cluster.memberList({ linearizable: true })
  const memberID = members.find(({ name }) => name === follower.replace('/', '-'))?.ID ?? ''
  await admin.maintenance.alarm({ action: 'Activate', memberID, alarm: 'Corrupt' })
  admin.close()
  await heal(model)
  await assertSound(model)
  assert.equal(await etcdctl(model.unit(follower).host, 'alarm', 'list'), '')
  assert.equal(await setAsideOn(model, follower), 0)
  await assertWrites(model, id, '/web/after')
})

const untilTaken = `for n in $(seq 100); do
  perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 2381)' && break; sleep 0.1
done`

test('a member that was only killed, or lacks something else, keeps its data', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  // Another process has its port.
  await signal(model, 'KILL', [follower])
  const other = model
    .unit(follower)
    .host.spawn(
      [
        'perl',
        '-MIO::Socket::INET',
        '-e',
        'my $taken = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 2381, Listen => 1, ReuseAddr => 1) or die; sleep 600',
      ],
      { env: { PATH: '/usr/bin:/bin' } },
    )
  await inHost(model, follower, untilTaken)
  await model.updateStatus('etcd')
  assert.notEqual(model.unit(follower).workload.status, 'active')
  other.kill()
  await heal(model)
  await assertSound(model)
  assert.equal(await setAsideOn(model, follower), 0)
})

test('the only member touches nothing, and says what ails it', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await deployServed(model, 1)
  const [unit = ''] = unitsOf(model)
  await damage(model, unit, damages[1]?.[1] ?? '')
  await model.updateStatus('etcd')
  await model.updateStatus('etcd')
  const { status, message } = model.unit(unit).workload
  assert.equal(status, 'blocked')
  assert.match(message, /^etcd can't run on its data \(failed to open database.*recover-quorum/)
  assert.equal(await setAsideOn(model, unit), 0)
})
