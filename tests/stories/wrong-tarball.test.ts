// On the emulator alone: machines restart at chosen moments of a roll.
// A tarball of the wrong release, on three members: whoever goes first with it comes back without it, and nobody follows. So neither
// the mistake, nor a machine that reboots meanwhile, takes the cluster down.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeFailure, type Model, unavoidable } from '../emulator/index.ts'
import { binary, etcdVersion } from '../unit/etcd/etcd-server.ts'
import { createTarball, realEtcd, tellingVersion } from '../unit/machine/tarball.ts'
import { heal, unitsOf } from './chaos/cluster.ts'
import { signal } from './chaos/disturbance.ts'
import { assertWrites } from './chaos/units.ts'
import { emulated } from './driver/emulated-model.ts'
import { etcdctl, membersAt, votersOf } from './driver/etcd-on-a-unit.ts'
import { startsOf } from './next-start.ts'
import { archives, openWorld } from './world.ts'

const tools = { etcdctl: readFileSync(binary('etcdctl')), etcdutl: readFileSync(binary('etcdutl')) }

interface Told {
  readonly model: Model
  readonly relation: number
  readonly tarball: (version: string) => string
  /** What the members begin with. */
  readonly version: string
  /** Of a release that does not run. */
  readonly wrong: () => string
}

async function deployFromTarball(): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'wrong-tarball-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const version = await etcdVersion()
  const tarball = (told: string, etcd = realEtcd()): string =>
    createTarball(folder, told, { programs: { ...tools, etcd: tellingVersion(etcd, version, told) } })
  const resources = { etcd: tarball(version) }
  const config = { 'pause-after-unit-refresh': 'none' }
  await model.deploy('etcd', { archive: archives.etcd, resources, config, units: 3 })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id: relation } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  const wrong = (): string => tarball(higher(higher(version)), withoutItsOption(realEtcd()))
  return { model, relation, tarball, version, wrong }
}

/** A program that ends at once, as one does that knows an option no more. */
function withoutItsOption(etcd: Buffer): Buffer {
  const [option, other] = ['config-file', 'c0nfig-file']
  const changed = Buffer.from(etcd)
  for (let at = changed.indexOf(option); at >= 0; at = changed.indexOf(option, at + 1))
    changed.write(other, at)
  return changed
}

function higher(version: string): string {
  return version.replace(/\d$/, (last) => String((Number(last) + 1) % 10))
}

/** As soon as it serves. */
async function versionAt(model: Model, unit: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      const [row] = JSON.parse(await etcdctl(emulated(model), unit, '-w', 'json', 'endpoint', 'status'))
      return row.Status.version
    } catch (error) {
      if (tries > 30) throw error
      await sleep(1000)
    }
  }
}

/** A machine that reboots takes the hook along that runs on it. */
function assertNoneFailed(model: Model): void {
  const cutShort = new Set([...unavoidable, 'SIGKILL', '137'])
  const failed = model.tables.journal.filter(({ exit }) => exit !== 0 && !cutShort.has(String(exit)))
  assert.deepEqual(failed.map(describeFailure), [])
}

async function assertServes(model: Model, relation: number, key: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await assertWrites(model, relation, key)
    } catch (error) {
      if (tries > 20) throw error
      await sleep(1000)
    }
  }
}

async function versions(model: Model): Promise<readonly string[]> {
  return Promise.all(unitsOf(model).map((unit) => versionAt(model, unit)))
}

test('a release that etcd’s data does not take: one member tries it and goes back, and reboots change nothing', async () => {
  const { model, relation, tarball, version, wrong } = await deployFromTarball()
  const before = await startsOf(model)
  model.attachResource('etcd', 'etcd', wrong())
  const rolling = model.settle()
  // At each point of it a machine reboots, and etcd starts with it.
  for (const unit of ['etcd/1', 'etcd/2', 'etcd/1'] as const) {
    await sleep(4000)
    await model.unit(unit).host.reboot()
    await assertServes(model, relation, `/web/while-${unit}`)
  }
  await rolling
  await heal(model)
  for (const unit of unitsOf(model)) {
    await model.reboot(unit)
    await model.settle()
    await assertServes(model, relation, `/web/rebooted-${unit}`)
  }
  await model.updateStatus('etcd')
  assert.deepEqual(await versions(model), [version, version, version])
  assert.deepEqual(await membersAt(emulated(model), 'etcd/0'), votersOf(unitsOf(model)))
  const told = unitsOf(model).map((unit) => model.unit(unit).workload)
  const blocked = told.filter(({ status }) => status === 'blocked')
  assert.equal(blocked.length, 1, JSON.stringify(told))
  assert.match(
    blocked[0]?.message ?? '',
    /^etcd does not run with the tarball.* and went back; attach another/,
  )
  for (const { message } of told)
    assert.match(message, /does not run with the tarball|did not run on etcd\/\d/)

  // Beside each machine's own reboots, one member was restarted: into it and back.
  const starts = await startsOf(model)
  const restarts = unitsOf(model).map((unit) => (starts[unit] ?? 0) - (before[unit] ?? 0))
  assert.ok(restarts.reduce((sum, count) => sum + count, 0) <= 3 + 3 + 2 + 2, restarts.join(' '))

  const right = higher(version)
  model.attachResource('etcd', 'etcd', tarball(right))
  await model.settle()
  await heal(model)
  assert.deepEqual(await versions(model), [right, right, right])
  for (const unit of unitsOf(model))
    assert.deepEqual(model.unit(unit).workload, { status: 'active', message: '' })
  await assertWrites(model, relation, '/web/on-the-right-one')
  assertNoneFailed(model)
})

test('a member that starts anew before its turn starts as it was: release, configuration and certificates', async () => {
  const { model, relation, tarball, version } = await deployFromTarball()
  const reads = async (unit: string): Promise<string> => {
    const { stdout } = await model
      .unit(unit)
      .host.run([
        'sh',
        '-c',
        'readlink /opt/etcd/current; cat /etc/etcd-charm/etcd.conf.yml /etc/etcd-charm/tls/*ca.pem',
      ])
    return stdout
  }
  const before = await Promise.all(unitsOf(model).map(reads))
  // One that is away gives nobody a turn.
  await signal(model, 'STOP', ['etcd/2'])
  const right = higher(version)
  model.attachResource('etcd', 'etcd', tarball(right))
  model.config('etcd', { 'snapshot-count': 5000 })
  await model.deploy('second', { archive: archives.client, config: { prefix: '/second/' } })
  model.integrate('etcd:etcd-client', 'second:etcd')
  await model.settle()
  assert.deepEqual(await Promise.all(['etcd/0', 'etcd/1'].map(reads)), before.slice(0, 2))
  for (const unit of ['etcd/0', 'etcd/1'] as const) {
    const { host } = model.unit(unit)
    await host.run(['sh', '-c', 'pkill -KILL -x etcd; sleep 0.2; systemctl start etcd-charm'])
    assert.equal(await versionAt(model, unit), version)
  }
  await assertWrites(model, relation, '/web/meanwhile')
  await signal(model, 'CONT', ['etcd/2'])
  await heal(model)
  await model.settle()
  await heal(model)
  assert.deepEqual(await versions(model), [right, right, right])
  for (const unit of unitsOf(model)) {
    assert.match(await reads(unit), /^snapshot-count: 5000$/m)
    assert.deepEqual(model.unit(unit).workload, { status: 'active', message: '' })
  }
  await assertWrites(model, relation, '/web/at-last')
  assertNoneFailed(model)
})
