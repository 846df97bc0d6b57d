// On the emulator alone: machines restart without their storage, which comes when the test says so.
// Hooks that run before Juju has mounted the storage: what is not there yet is not lost. A member waits and says so, and it is the same
// member again as soon as the storage is there. Data is lost only where the storage is there and has none.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { dataFolder } from './chaos/disturbance.ts'
import { assertWrites, read, setAsideOn } from './chaos/units.ts'
import { archives, connectAs, etcdctl, openWorld } from './world.ts'
import { wholeMessage } from './driver/whole-message.ts'

const service = 'snap.charmed-etcd.etcd.service'

async function ask(model: Model, unit: string, ...argv: readonly string[]): Promise<string> {
  return (await model.unit(unit).host.run(argv)).stdout.trim()
}

/** Ids by name, as that unit's member lists them. */
async function idsAt(model: Model, unit: string): Promise<Readonly<Record<string, string>>> {
  const { members } = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'member', 'list'))
  const rows: readonly { name: string; ID: number }[] = members
  return Object.fromEntries(rows.map(({ name, ID }) => [name, String(ID)]).sort())
}

const statusOf = (model: Model, unit: string): string => {
  const { status, message } = model.unit(unit).workload
  return `${status}: ${wholeMessage(message)}`
}

const lacks = (storage: string): string =>
  `waiting: storage ${storage} is not mounted at ${dataFolder}; see juju storage and the disks of this machine, or remove this unit where it is gone for good`

/** No etcd runs, and the folder that the storage belongs on is as empty as it was. */
async function assertUntouched(model: Model, unit: string): Promise<void> {
  assert.equal(await ask(model, unit, 'pgrep', '-x', 'etcd'), '')
  assert.equal(await ask(model, unit, 'find', dataFolder, '-mindepth', '1'), '')
}

/** By itself, without a hook. */
async function untilItRuns(model: Model, unit: string): Promise<void> {
  for (let tries = 0; (await ask(model, unit, 'pgrep', '-x', 'etcd')) === ''; tries += 1) {
    assert.ok(tries < 100, `etcd of ${unit} does not start when its storage is there`)
    await sleep(100)
  }
}

async function served(units: number, more: Parameters<Model['deploy']>[1] | object = {}) {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units, ...more })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  const client = connectAs(model, id, 'web')
  await client.put('/web/before', '1')
  client.close()
  return { model, id }
}

test('one of three whose storage comes late: it waits, and is the same member again', async () => {
  const { model, id } = await served(3)
  const before = await idsAt(model, 'etcd/0')
  await model.reboot('etcd/1', { storageLate: true })
  await model.settle()
  await model.updateStatus()
  assert.equal(statusOf(model, 'etcd/1'), lacks('data/1'))
  assert.deepEqual(await idsAt(model, 'etcd/0'), before)
  await assertUntouched(model, 'etcd/1')
  await assertWrites(model, id, '/web/meanwhile')
  await model.mountStorage('etcd/1')
  await untilItRuns(model, 'etcd/1')
  await heal(model)
  await assertSound(model)
  assert.deepEqual(await idsAt(model, 'etcd/1'), before)
  assert.equal(await read(model, 'etcd/1', '/web/meanwhile'), '1')
  assert.equal(await setAsideOn(model, 'etcd/1'), 0)
})

test('all three at once, and the storage comes while their first hooks wait for it', async () => {
  const { model, id } = await served(3)
  const before = await idsAt(model, 'etcd/0')
  for (const unit of unitsOf(model)) await model.reboot(unit, { storageLate: true })
  const hooks = model.settle()
  await sleep(2000)
  for (const unit of unitsOf(model)) await model.mountStorage(unit)
  await hooks
  await heal(model)
  await assertSound(model)
  assert.deepEqual(await idsAt(model, 'etcd/2'), before)
  await assertWrites(model, id, '/web/after')
})

test('a member that is alone founds nothing anew, whatever hook comes, and recovery waits for it', async () => {
  const { model, id } = await served(1)
  const before = await idsAt(model, 'etcd/0')
  await model.reboot('etcd/0', { storageLate: true })
  await model.settle()
  model.config('etcd', { 'log-level': 'debug' })
  await model.settle()
  const action = await model.runAction('etcd/0', 'recover-quorum', { confirm: true })
  await model.updateStatus()
  await assertUntouched(model, 'etcd/0')
  assert.equal(statusOf(model, 'etcd/0'), lacks('data/0'), action.message)
  await model.mountStorage('etcd/0')
  await heal(model)
  await assertSound(model)
  assert.deepEqual(Object.keys(await idsAt(model, 'etcd/0')), Object.keys(before))
  assert.equal(await read(model, 'etcd/0', '/web/before'), '1')
  await assertWrites(model, id, '/web/after')
})

test('systemd itself starts no etcd on the folder below the storage', async () => {
  const { model } = await served(1)
  await model.reboot('etcd/0', { storageLate: true })
  const { code } = await model.unit('etcd/0').host.run(['systemctl', 'start', service])
  assert.notEqual(code, 0)
  await assertUntouched(model, 'etcd/0')
})

test('storage that was replaced by an empty disk: that data is lost, and the member joins anew', async () => {
  const { model, id } = await served(3)
  const before = await idsAt(model, 'etcd/0')
  await model.exchangeStorage('etcd/1')
  await model.reboot('etcd/1', { storageLate: true })
  await model.mountStorage('etcd/1')
  await model.settle()
  await heal(model)
  await assertSound(model)
  const now = await idsAt(model, 'etcd/1')
  assert.notEqual(now['etcd-1'], before['etcd-1'])
  assert.equal(now['etcd-0'], before['etcd-0'])
  assert.equal(await read(model, 'etcd/1', '/web/before'), '1')
  await assertWrites(model, id, '/web/after')
})

test('storage in memory is mounted late and empty: the member joins anew', async () => {
  const { model } = await served(3, { memoryStorage: { data: '400M' } })
  const before = await idsAt(model, 'etcd/0')
  await model.reboot('etcd/2', { storageLate: true })
  await model.settle()
  assert.equal(statusOf(model, 'etcd/2'), lacks('data/2'))
  await model.mountStorage('etcd/2')
  await heal(model)
  await assertSound(model)
  assert.notEqual((await idsAt(model, 'etcd/2'))['etcd-2'], before['etcd-2'])
})

test('storage that is a plain folder, as where nothing can be mounted: a reboot waits for nothing', async () => {
  const { model } = await served(3, { plainStorage: ['data'] })
  const before = await idsAt(model, 'etcd/0')
  await model.reboot('etcd/1')
  await model.settle()
  await heal(model)
  await assertSound(model)
  assert.deepEqual(await idsAt(model, 'etcd/1'), before)
  await ask(model, 'etcd/1', 'sh', '-c', `pkill -KILL -x etcd; rm -rf ${dataFolder}/member`)
  await heal(model)
  await assertSound(model)
  assert.notEqual((await idsAt(model, 'etcd/1'))['etcd-1'], before['etcd-1'])
})

test('a unit whose storage does not come back can be removed, and the others go on', async () => {
  const { model, id } = await served(3)
  await model.reboot('etcd/2', { storageLate: true })
  await model.settle()
  model.removeUnit('etcd/2')
  await model.settle()
  await heal(model)
  assert.deepEqual(Object.keys(await idsAt(model, 'etcd/0')), ['etcd-0', 'etcd-1'])
  await assertSound(model)
  await assertWrites(model, id, '/web/after')
})
