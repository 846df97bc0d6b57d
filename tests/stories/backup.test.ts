// On the emulator alone: a real store runs beside its machines (moto), and its hooks are counted.
// An operator relates a store and takes backups: of what a writer wrote, while it writes; by hand, and without anybody.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { parseManifest } from '../../src/interfaces/backup-manifest.ts'
import { deployStore, motoKeys, relateStore } from './stores/deploy-store.ts'
import { lookAtS3 } from './stores/s3-eyes.ts'
import { addressFor, lacks, startMoto } from './stores/start-store.ts'
import { archives, etcdctl, openWorld } from './world.ts'

test('a backup is taken, listed, and deleted; nothing of its keys is left on the machine', {
  skip: lacks('moto'),
}, async (t) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const { host } = model.unit('etcd/0')
  for (let at = 0; at < 20; at += 1) await etcdctl(host, 'put', `/k${at}`, 'x'.repeat(20_000))
  await using moto = await startMoto(addressFor(model, 'etcd/0'))
  const store = lookAtS3(moto.url, 'backups')
  await deployStore(model, {
    settings: { bucket: 'backups', endpoint: moto.url, path: '/prod/', region: '' },
    keys: motoKeys,
  })
  const nowhere = await model.runAction('etcd/0', 'create-backup')
  assert.match(nowhere.message, /there is no store; integrate/)
  relateStore(model)
  await model.settle()
  assert.deepEqual(model.unit('etcd/0').app.status, { status: 'active', message: '' })

  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  const id = String(taken.results['backup-id'])
  assert.match(id, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const folder = `prod/etcd-${model.tables.uuid.slice(0, 8)}/${id}`
  assert.deepEqual(await store.keys(), [`${folder}/manifest.json`, `${folder}/snapshot.db`])
  const manifest = parseManifest((await store.read(`${folder}/manifest.json`)).toString())
  const file = await store.read(`${folder}/snapshot.db`)
  assert.equal(manifest?.size, file.length)
  assert.equal(manifest?.sha256, createHash('sha256').update(file).digest('hex'))
  assert.equal(manifest?.takenBy, 'etcd/0')
  assert.equal(manifest?.authEnabled, true)
  t.diagnostic(JSON.stringify(manifest))

  const listed = await model.runAction('etcd/0', 'list-backups')
  assert.match(String(listed.results.backups), new RegExp(`${id} +complete`))

  const { stdout: left } = await host.run([
    'grep',
    '-rl',
    'hush-hush',
    '/run',
    '/var/lib/etcd-charm',
    '/var/log',
    '/tmp',
  ])
  assert.equal(left, '')
  const refused = await model.runAction('etcd/0', 'delete-backup', { 'backup-id': id, confirm: true })
  assert.match(refused.message, /the newest complete one/)
  await model.runAction('etcd/0', 'delete-backup', { 'backup-id': id, force: true, confirm: true })
  assert.deepEqual(await store.keys(), [])
})
