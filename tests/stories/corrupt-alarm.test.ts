// On the emulator alone: only etcd's admin raises such an alarm, by the API, and its key stays on its machine.
// Alarms that say that data are corrupt, while they are not; and what the status tells of alarms and full databases.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { restartLock } from '../../src/charm/plan/cluster/absence.ts'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, raftRoles } from './chaos/cluster.ts'
import { assertWrites, connectAsAdmin, deployServed, setAsideOn } from './chaos/units.ts'
import { connectAs, etcdctl, openWorld } from './world.ts'

/** As etcd does where it finds that member's data to differ. */
async function raiseAgainst(model: Model, unit: string): Promise<void> {
  const admin = await connectAsAdmin(model, unit)
  const { members } = await admin.cluster.memberList({ linearizable: true })
  const memberID = members.find(({ name }) => name === unit.replace('/', '-'))?.ID ?? ''
  await admin.maintenance.alarm({ action: 'Activate', memberID, alarm: 'Corrupt' })
  admin.close()
}

test('an alarm alone costs no member its data: it compares itself with the others, and goes on', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  await raiseAgainst(model, follower)
  await heal(model)
  await assertSound(model)
  assert.equal(await etcdctl(model.unit(follower).host, 'alarm', 'list'), '')
  assert.equal(await setAsideOn(model, follower), 0)
  await assertWrites(model, id, '/web/after')
})

async function runsSince(model: Model, unit: string): Promise<string> {
  const { stdout } = await model.unit(unit).host.run(['pgrep', '-x', 'etcd'])
  return stdout.trim()
}

test('where its restart is held up, a member whose alarm was taken back says so, and starts anew as soon as it may', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await deployServed(model, 3)
  const { follower } = await raftRoles(model)
  const before = await runsSince(model, follower)
  const admin = await connectAsAdmin(model, follower)
  const { ID: lease } = await admin.leaseClient.leaseGrant({ TTL: 600 })
  const key = Buffer.from(`\0etcd-charm/${restartLock}`)
  await admin.kv.put({ key, value: Buffer.from('etcd/9'), lease })
  await raiseAgainst(model, follower)
  await model.updateStatus('etcd')
  assert.equal(await etcdctl(model.unit(follower).host, 'alarm', 'list'), '')
  assert.equal(await runsSince(model, follower), before)
  const { status, message } = model.unit(follower).workload
  assert.equal(status, 'waiting')
  assert.match(message, /^etcd-\d: etcd found its data to differ/)
  await admin.leaseClient.leaseRevoke({ ID: lease })
  admin.close()
  await heal(model)
  assert.notEqual(await runsSince(model, follower), before)
  await assertSound(model)
})

test('an alarm of no one member is seen and told; where all data agree the leader takes it back, and restarts nobody', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  const { leader, follower } = await raftRoles(model)
  const before = await Promise.all([leader, follower].map((unit) => runsSince(model, unit)))
  const first = model.tables.applications.get('etcd')?.leader ?? ''
  for (const [alarm, kind] of [
    ['Corrupt', 'corrupt'],
    ['Nospace', 'no-space'],
  ] as const)
    await t.test(kind, async () => {
      const admin = await connectAsAdmin(model, follower)
      await admin.maintenance.alarm({ action: 'Activate', memberID: '0', alarm })
      const health = await model.runAction(follower, 'health')
      assert.equal(health.results.alarms, `${kind}: the whole cluster`)
      const dry = await model.runAction(first, 'disarm-alarms', { 'dry-run': true })
      assert.match(String(dry.results.alarms), new RegExp(`^${kind} of the whole cluster: cause is gone`))
      const done = await model.runAction(first, 'disarm-alarms')
      assert.equal(done.results.done, `${kind} of the whole cluster disarmed`, done.message)
      await admin.maintenance.alarm({ action: 'Activate', memberID: '0', alarm })
      admin.close()
      await heal(model)
      assert.equal(await etcdctl(model.unit(follower).host, 'alarm', 'list'), '')
      await assertWrites(model, id, `/web/${kind}`)
    })
  assert.deepEqual(await Promise.all([leader, follower].map((unit) => runsSince(model, unit))), before)
  await assertSound(model)
})

const MiB = 1024 * 1024

test('what etcd says of its members stays in the status while hooks come that are about something else', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 2)
  await model.config('etcd', { 'quota-backend-bytes': String(24 * MiB) })
  await model.settle()
  const client = connectAs(model, id, 'web')
  await assert.rejects(async () => {
    for (let nth = 0; ; nth += 1) await client.put(`/web/full/${nth}`, 'x'.repeat(MiB))
  }, /database space exceeded/)
  client.close()
  await model.updateStatus('etcd')
  // The leader looks anyhow in a hook about one of its clients.
  const etcd = model.tables.applications.get('etcd')
  const unit = etcd?.units.find(({ name }) => name !== etcd.leader)?.name ?? ''
  const told = model.unit(unit).workload
  assert.match(told.message, /^etcd-\d: the database (is full|has \d+ % of its quota)/)
  await model.as('web/0', async (run) => {
    await run('relation-set', '-r', String(id), 'note=1')
  })
  const hooks = await model.settle()
  assert.ok(hooks.some((run) => run.unit === unit && run.hook === 'etcd-client-relation-changed'))
  const said = hooks.filter((run) => run.unit === unit).flatMap(({ calls }) => calls)
  assert.deepEqual(
    said.filter(({ tool }) => tool === 'status-set'),
    [],
  )
  assert.deepEqual(model.unit(unit).workload, told)
})
