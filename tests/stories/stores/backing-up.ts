// A cluster with a store that may go wrong, and what is looked at in the stories about its backups.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseManifest } from '../../../src/interfaces/backup-manifest.ts'
import type { Model } from '../../emulator/index.ts'
import { adminEnvironment, archives } from '../world.ts'
import { deployStore, motoKeys, relateStore } from './deploy-store.ts'
import { type FaultyStore, startFaultyStore } from './faulty-store.ts'
import { lookAtS3, type S3Eyes } from './s3-eyes.ts'
import { addressFor } from './start-store.ts'

export interface BackingUp extends AsyncDisposable {
  readonly store: FaultyStore
  readonly eyes: S3Eyes
}

/** Settled, with a store, and so many megabytes of data. */
export async function deployWithStore(
  model: Model,
  {
    units = 1,
    megabytes = 1,
    config = {},
  }: { units?: number; megabytes?: number; config?: Record<string, string | number | boolean> } = {},
): Promise<BackingUp> {
  await model.deploy('etcd', { archive: archives.etcd, units, config })
  await model.settle()
  await fill(model, megabytes)
  const store = await startFaultyStore(addressFor(model, 'etcd/0'))
  const eyes = lookAtS3(store.behind.url, 'backups')
  await eyes.makeBucket()
  await deployStore(model, { settings: { bucket: 'backups', endpoint: store.url }, keys: motoKeys })
  await model.settle()
  relateStore(model)
  await model.settle()
  return { store, eyes, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

export async function fill(model: Model, megabytes: number, prefix = '/fill'): Promise<void> {
  const { host } = model.unit('etcd/0')
  const one = "head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put"
  const script = `for at in $(seq ${megabytes}); do ${one} ${prefix}/$at >/dev/null || exit; done`
  const { code, stderr } = await host.spawn(['sh', '-c', script], { env: adminEnvironment(host) }).ended
  assert.equal(code, 0, stderr)
}

/** Whole backups by their ids; none may be there without its snapshot, nor of another size. */
export async function completeIn(eyes: S3Eyes): Promise<readonly string[]> {
  const keys = await eyes.keys()
  const found: string[] = []
  for (const key of keys.filter((one) => one.endsWith('/manifest.json'))) {
    const manifest = parseManifest((await eyes.read(key)).toString())
    const snapshot = await eyes.read(key.replace('manifest.json', 'snapshot.db'))
    assert.equal(manifest?.size, snapshot.length, key)
    if (manifest) found.push(manifest.id)
  }
  return found.sort()
}

export const workUnit = 'etcd-charm-backup.service'

export async function untilNoWork(model: Model, unit: string, patienceMs = 60_000): Promise<void> {
  const { host } = model.unit(unit)
  for (const until = performance.now() + patienceMs; ; await sleep(100)) {
    const { stdout } = await host.run(['systemctl', 'show', '-p', 'ActiveState', workUnit])
    if (!stdout.includes('=active')) return
    assert.ok(performance.now() < until, 'the work goes on and on')
  }
}

/** What a credential would be found by, on a unit's machine. */
export async function secretsOn(model: Model, unit: string): Promise<string> {
  const folders = ['/run', '/var/lib/etcd-charm', '/var/log', '/tmp', '/root']
  const { stdout } = await model.unit(unit).host.run(['grep', '-rl', 'hush-hush', ...folders])
  return stdout
}

/** As after so many seconds, on all machines. */
export async function pass(model: Model, seconds: number): Promise<void> {
  for (const unit of model.tables.applications.get('etcd')?.units ?? []) unit.host.setClock(`+${seconds}`)
  await model.updateStatus('etcd')
  const leader = model.tables.applications.get('etcd')?.leader ?? 'etcd/0'
  await untilNoWork(model, leader)
  await model.updateStatus('etcd')
}

/** Of the backup with this id. */
export async function manifestOf({ eyes }: BackingUp, id: string | undefined) {
  const key = (await eyes.keys()).find((one) => one.endsWith(`${id}/manifest.json`))
  return key === undefined ? undefined : parseManifest((await eyes.read(key)).toString())
}

/** What the application says of itself. */
export function tell(model: Model): string {
  const { status, message } = model.unit('etcd/0').app.status
  return `${status}: ${message}`
}
