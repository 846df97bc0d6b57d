// On the emulator alone: the time of its machines is set, and members are stopped.
// Backups come by themselves: at their time and not before, by whoever leads, from a follower; old ones go; and where members are away, from
// whoever is left.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../src/machine/process.ts'
import type { Model } from '../emulator/index.ts'
import { completeIn, deployWithStore, manifestOf, pass, tell, untilNoWork } from './stores/backing-up.ts'
import { deployStore, motoKeys } from './stores/deploy-store.ts'
import { lacks } from './stores/start-store.ts'
import { binary } from '../unit/etcd/etcd-server.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { adminEnvironment, etcdctl, openWorld } from './world.ts'

const skip = lacks('moto')
const hour = 3600

test('backups come at their time, once, and the oldest go when there are more than are kept', {
  skip,
}, async (t) => {
  await using model = await openWorld()
  await using world = await deployWithStore(model)
  const { store, eyes } = world
  model.config('etcd', { 'backup-schedule': 'hourly', 'backup-keep': 2 })
  await model.settle()
  await untilNoWork(model, 'etcd/0')
  await model.updateStatus('etcd')
  const [first, ...none] = await completeIn(eyes)
  assert.deepEqual(none, [])
  await pass(model, 10)
  assert.deepEqual(await completeIn(eyes), [first], 'not before its time')
  await pass(model, hour)
  assert.equal((await completeIn(eyes)).length, 2)
  const folder = (await eyes.keys())[0]?.split('/')[0] ?? ''
  await eyes.write(`other-0123abcd/2020-01-01T00:00:00Z/snapshot.db`, 'not ours')
  await eyes.write('2020-01-01T00:00:00Z', 'of another charm')
  await eyes.write(`${folder}/2020-01-01T00:00:00Z/snapshot.db`, 'never completed')
  await pass(model, 2 * hour)
  const kept = await completeIn(eyes)
  assert.equal(kept.length, 2)
  assert.ok(!kept.includes(first ?? ''))
  const others = (await eyes.keys()).filter((key) => key.includes('2020'))
  assert.deepEqual(others, ['2020-01-01T00:00:00Z', 'other-0123abcd/2020-01-01T00:00:00Z/snapshot.db'])
  const listed = await model.runAction('etcd/0', 'list-backups', { all: true })
  assert.match(String(listed.results.backups), /of other-0123abcd:\n.*\n2020-01-01T00:00:00Z +partial/)
  assert.match(String(listed.results.backups), /by itself in the path:\n.*\n2020-01-01T00:00:00Z +foreign/)

  await t.test('a store that keeps what should go is told of, and the backup is taken', async () => {
    store.now({
      kind: 'answers',
      status: 403,
      code: 'AccessDenied',
      message: 'Object is WORM protected',
      about: /^DELETE/,
    })
    await pass(model, 3 * hour)
    assert.equal((await completeIn(eyes)).length, 3)
    assert.match(tell(model), /^active: backups: .*can't be deleted: Object is WORM protected/)
    store.now({ kind: 'none' })
  })

  await t.test('none for twice the schedule is told of, with the reason before it', async () => {
    store.now({ kind: 'breaks' })
    await pass(model, 6 * hour)
    assert.match(tell(model), /the last backup failed: .*other side.* more/)
    const health = await model.runAction('etcd/0', 'health')
    assert.match(String(health.results['last-backup']), /^\S+Z, [23] h ago$/)
    assert.ok(health.results['last-backup-failure'])
    store.now({ kind: 'none' })
    await pass(model, 6 * hour + 900)
    assert.equal(tell(model), 'active: ')
  })

  await t.test(
    'a schedule that cron says; one that says nothing is told, and that of before goes on',
    async () => {
      const goesOn = async (seconds: number) => {
        const before = (await completeIn(eyes)).at(-1) ?? ''
        await pass(model, seconds)
        assert.ok(((await completeIn(eyes)).at(-1) ?? '') > before)
      }
      const isTold = async (option: string, told: RegExp) => {
        model.config('etcd', { 'backup-schedule': option })
        await model.settle()
        assert.match(model.unit('etcd/0').workload.message, told)
      }
      model.config('etcd', { 'backup-schedule': '* * * * *' })
      await goesOn(7 * hour)
      await isTold('sometimes', /option backup-schedule is invalid; set it to never, hourly/)
      await isTold(
        '99 3 * * *',
        /option backup-schedule is invalid; CronPattern: Invalid value for minute: 99; set it/,
      )
      await goesOn(8 * hour)
    },
  )
})

test('of three members a follower gives the backup; the next leader goes by what is in the store', {
  skip,
}, async (t) => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { units: 3, config: { 'backup-schedule': 'daily@00:00' } })
  await untilNoWork(model, 'etcd/0')
  const [first] = await completeIn(world.eyes)
  const manifest = await manifestOf(world, first)
  const status = await etcdctl(model.unit('etcd/0').host, 'endpoint', 'status', '--cluster', '-w', 'fields')
  const leader = /"Leader" : (\d+)/.exec(status)?.[1]
  assert.ok(manifest?.memberId !== undefined && manifest.memberId !== leader, 'it was the raft leader')
  assert.notEqual(manifest.raw, true)

  await t.test('it takes none where there is one', async () => {
    model.passLeadership('etcd', 'etcd/1')
    await model.settle()
    await model.updateStatus('etcd')
    await untilNoWork(model, 'etcd/1')
    await model.updateStatus('etcd')
    assert.deepEqual(await completeIn(world.eyes), [first])
    const health = await model.runAction('etcd/1', 'health')
    assert.match(String(health.results['last-backup']), new RegExp(`^${first}`))
  })

  await t.test(
    'a leader that goes in the middle: its work ends well, and no second one is begun beside it',
    async () => {
      const { store, eyes } = world
      store.now({ kind: 'holds', about: /^PUT/ })
      const begun = await model.runAction('etcd/1', 'create-backup', { wait: false })
      assert.equal(begun.status, 'completed', begun.message)
      await store.until(/^PUT .*snapshot/)
      model.passLeadership('etcd', 'etcd/2')
      await model.settle()
      const second = await model.runAction('etcd/2', 'create-backup')
      assert.match(second.message, /etcd\/1 takes a backup just now/)
      store.now({ kind: 'none' })
      await untilNoWork(model, 'etcd/1')
      assert.equal((await completeIn(eyes)).length, 2)
    },
  )

  await t.test(
    'without a quorum the member that is left gives it, and a stopped one its database, marked raw',
    async () => {
      for (const unit of ['etcd/0', 'etcd/1']) await stopEtcd(model, unit)
      const last = await model.runAction('etcd/2', 'create-backup')
      assert.equal(last.status, 'completed', last.message)
      const alone = await manifestOf(world, String(last.results['backup-id']))
      assert.equal(alone?.takenFrom, 'etcd/2')
      assert.notEqual(alone?.raw, true)
      await stopEtcd(model, 'etcd/2')
      const raw = await model.runAction('etcd/2', 'create-backup')
      assert.equal(raw.status, 'completed', raw.message)
      assert.equal((await manifestOf(world, String(raw.results['backup-id'])))?.raw, true)
      const listed = await model.runAction('etcd/2', 'list-backups')
      assert.match(String(listed.results.backups), / raw /)
    },
  )
})

/** By an operator who wants it so: hooks of the charm start it again, so none may run meanwhile. */
async function stopEtcd(model: Model, unit: string): Promise<void> {
  await model.unit(unit).host.run(['systemctl', 'mask', '--now', 'snap.charmed-etcd.etcd.service'])
}

test('under load: what was acknowledged before it was begun is in it, and a restore takes it', {
  skip,
}, async () => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { megabytes: 20 })
  const { host } = model.unit('etcd/0')
  const loop =
    'at=0; until [ -e /tmp/stop ]; do etcdctl put /load/$at x >/dev/null && at=$((at+1)) && echo $at >/tmp/acked; done'
  const load = host.spawn(['sh', '-c', loop], { env: adminEnvironment(host) })
  const acked = async (): Promise<number> => Number((await host.run(['cat', '/tmp/acked'])).stdout)
  for (let at = 0; (await acked()) < 20 && at < 200; at += 1) await sleep(100)
  const before = await acked()
  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  await host.run(['touch', '/tmp/stop'])
  assert.equal((await load.ended).code, 0)
  assert.ok((await acked()) > before, 'nobody wrote meanwhile')
  const verified = await model.runAction('etcd/0', 'verify-backup', {
    'backup-id': taken.results['backup-id'],
  })
  assert.equal(verified.status, 'completed', verified.message)
  await using folder = await temporaryFolder('backup')
  const key = (await world.eyes.keys()).find((one) => one.endsWith('snapshot.db')) ?? ''
  const file = join(folder.path, 'snapshot.db')
  await writeFile(file, await world.eyes.read(key))
  const status = await run(binary('etcdutl'), ['snapshot', 'status', file, '-w', 'json'])
  const keys = Number(/"totalKey":(\d+)/.exec(status)?.[1])
  assert.ok(keys >= before + 20, status)
  await run(binary('etcdutl'), ['snapshot', 'restore', file, '--data-dir', join(folder.path, 'data')])
})

test('a relation that the operator takes away ends all of it: no status, no work, no keys', {
  skip,
}, async () => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { config: { 'backup-schedule': 'daily@00:00' } })
  await untilNoWork(model, 'etcd/0')
  await deployStore(model, { settings: {}, keys: motoKeys }, { name: 'another' })
  const relation = [...model.tables.relations.values()].find(({ ends }) =>
    ends.some(({ app }) => app === 'store'),
  )
  model.removeRelation(relation?.id ?? -1)
  await model.settle()
  assert.match(tell(model), /^blocked: backup-schedule is set, and there is no store/)
  model.config('etcd', { 'backup-schedule': 'never' })
  await model.settle()
  assert.equal(tell(model), 'active: ')
  assert.equal((await completeIn(world.eyes)).length, 1)
})
