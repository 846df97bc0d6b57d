// On the emulator alone: only etcd's admin raises such an alarm, by the API, and its key stays on its machine.
// An alarm that says that a member's data are corrupt, while they are not.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertSound, heal, raftRoles } from './chaos/cluster.ts'
import { assertWrites, connectAsAdmin, deployServed, setAsideOn } from './chaos/units.ts'
import { etcdctl, openWorld } from './world.ts'

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
