// On the emulator alone: a real store runs beside its machines (moto).
// A backup of the store is verified and restored; what there was goes there first. One that is not there, not whole or not what it was is refused
// in words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataFolder } from './chaos/disturbance.ts'
import { fillDisk } from './full-disk.ts'
import { startFaultyStore } from './stores/faulty-store.ts'
import { deployStore, motoKeys, relateStore } from './stores/deploy-store.ts'
import { lookAtS3 } from './stores/s3-eyes.ts'
import { addressFor, lacks } from './stores/start-store.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const MiB = 1024 * 1024

test('a backup is verified and restored from the store', { skip: lacks('moto') }, async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, memoryStorage: { data: '700M' } })
  await model.settle()
  const { host } = model.unit('etcd/0')
  const run = (action: string, parameters: Readonly<Record<string, unknown>> = {}) =>
    model.runAction('etcd/0', action, parameters)
  await using server = await startFaultyStore(addressFor(model, 'etcd/0'))
  const store = lookAtS3(server.behind.url, 'backups')
  const nowhere = await run('restore', { 'backup-id': '2026-01-01T00:00:00Z' })
  assert.match(nowhere.message, /there is no store; integrate/)
  await deployStore(model, {
    settings: { bucket: 'backups', endpoint: server.url, path: '/prod/', region: '' },
    keys: motoKeys,
  })
  relateStore(model)
  await model.settle()

  // What a restore takes first must not push out what it restores.
  model.config('etcd', { 'backup-keep': 1 })
  await model.settle()
  await etcdctl(host, 'put', '/a', 'monday')
  const taken = await run('create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  const id = String(taken.results['backup-id'])
  await etcdctl(host, 'put', '/a', 'tuesday')
  const verified = await run('verify-backup', { 'backup-id': id })
  assert.equal(verified.results.verified, 'true', verified.message)
  assert.match(String((await run('list-backups')).results.backups), new RegExp(`${id} +verified`))

  for (const [parameters, refusal] of [
    [{ 'backup-id': '2026-01-01T00:00:00Z' }, /there is no backup 2026-01-01T00:00:00Z of etcd-/],
    [{ 'backup-id': id, source: 'other-01234567' }, /source=etcd-[0-9a-f]{8} has it/],
    [{ 'backup-id': id, file: 'x' }, /say which snapshot/],
    [{}, /say which snapshot/],
  ] as const) {
    const { status, message } = await run('restore', parameters)
    assert.equal(status, 'failed')
    assert.match(message, refusal)
  }

  // The key may be for this application's folder alone: then it is still found, and so is that there is none.
  const others = { code: 'AccessDenied', message: 'not yours', about: /prefix=prod%2F(&|$)|other-01234567/ }
  server.now({ kind: 'answers', status: 403, ...others })
  await store.write('prod/other-01234567/2026-01-01T00:00:00Z/manifest.json', '{}')
  const narrow = await run('verify-backup', { 'backup-id': id })
  assert.equal(narrow.results.verified, 'true', narrow.message)
  const absent = await run('restore', { 'backup-id': '2026-01-01T00:00:00Z' })
  assert.match(absent.message, /there is no backup 2026-01-01T00:00:00Z of etcd-\S+; list-backups all=true/)
  server.now({ kind: 'answers', status: 403, ...others, about: /other-01234567/ })
  const listed = await run('list-backups', { all: true })
  assert.match(String(listed.results.unread), /^1 manifests of others, told as partial: .*not yours/)
  await store.remove('prod/other-01234567/2026-01-01T00:00:00Z/manifest.json')
  server.now({ kind: 'none' })

  // Nothing is fetched where it would not fit, nor is the backup blamed for it.
  const giveBack = await fillDisk(host, dataFolder, 100 * MiB)
  for (const action of ['verify-backup', 'restore']) {
    const full = await run(action, { 'backup-id': id })
    assert.match(
      full.message,
      /^\/\S+ has 100\.0 MiB free, and needs 143\.\d MiB for 2 copies of the database; delete set-aside-\* there, or enlarge the storage$/,
    )
  }
  await giveBack()

  const restored = await run('restore', { 'backup-id': id, confirm: true })
  assert.equal(restored.status, 'completed', restored.message)
  await model.settle()
  await model.updateStatus('etcd')
  assert.equal((await etcdctl(host, 'get', '--print-value-only', '/a')).trim(), 'monday')
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })

  // What there was before is in the store, and comes back from there.
  const safety = String(restored.results['safety-backup'])
  const kept = (await store.keys()).filter((key) => key.endsWith('manifest.json'))
  assert.ok(kept.some((key) => key.includes(id)) && kept.some((key) => key.includes(safety)), kept.join())
  const back = await run('restore', { 'backup-id': safety, confirm: true, 'skip-safety-backup': true })
  assert.equal(back.status, 'completed', back.message)
  await model.settle()
  await model.updateStatus('etcd')
  assert.equal((await etcdctl(host, 'get', '--print-value-only', '/a')).trim(), 'tuesday')
  const { stdout: left } = await host.run(['ls', '/var/snap/charmed-etcd/common/var/lib/etcd'])
  assert.deepEqual(
    left.split('\n').filter((name) => name !== '' && !name.startsWith('set-aside-')),
    ['member'],
  )
})
