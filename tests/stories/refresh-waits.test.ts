// On the emulator alone: the snap store has several releases of etcd, and an object store that is slow.
// A refresh waits for a backup, and says for whose; a restore is refused while units run two releases, naming who runs which.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import { emulated } from './driver/emulated-model.ts'
import { beginOn, comeToRest, versionsOf } from './refreshing.ts'
import { missing } from './releases.ts'
import { saveSnapshot } from './snapshots.ts'
import { completeIn, untilNoWork } from './stores/backing-up.ts'
import { deployStore, motoKeys, relateStore } from './stores/deploy-store.ts'
import { startFaultyStore } from './stores/faulty-store.ts'
import { lookAtS3 } from './stores/s3-eyes.ts'
import { addressFor, lacks } from './stores/start-store.ts'

test('a refresh, a backup and a restore wait for each other', {
  skip: missing('3.5.16', '3.5.30') || lacks('moto'),
}, async (story) => {
  const { model, refresh } = await beginOn({ from: '3.5.16', to: ['3.5.30'], units: 2 })
  await using store = await startFaultyStore(addressFor(model, 'etcd/0'))
  const eyes = lookAtS3(store.behind.url, 'backups')
  await eyes.makeBucket()
  await deployStore(model, { settings: { bucket: 'backups', endpoint: store.url }, keys: motoKeys })
  relateStore(model)
  await model.settle()
  model.passLeadership('etcd', 'etcd/0')
  await model.settle()
  await heal(model)

  store.now({ kind: 'holds', about: /^PUT .*snapshot/ })
  const begun = await model.runAction('etcd/0', 'create-backup', { wait: false })
  assert.equal(begun.status, 'completed', begun.message)
  await store.until(/^PUT .*snapshot/)
  await refresh('3.5.30')
  await model.settle()
  assert.equal(
    model.unit('etcd/1').workload.message,
    'etcd 3.5.30 is taken later: etcd/0 takes a backup, and that is waited for',
  )
  assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16'])
  store.now({ kind: 'none' })
  await untilNoWork(model, 'etcd/0')
  assert.equal((await completeIn(eyes)).length, 1, 'the backup ended well')

  await comeToRest(model, story)
  assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.30'], 'then it goes, and pauses after the first')
  await saveSnapshot(emulated(model), 'etcd/0', 'monday.db')
  const refused = await model.runAction('etcd/0', 'restore', { file: 'monday.db', confirm: true })
  assert.equal(
    refused.message,
    'a refresh is under way (etcd/0 runs etcd 3.5.16; etcd/1 runs etcd 3.5.30); finish it or refresh back, and run restore again',
  )
  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', 'a pause may last for days, and backups are taken in it')

  assert.equal((await model.runAction('etcd/0', 'resume-refresh')).status, 'completed')
  await comeToRest(model, story)
  assert.deepEqual(await versionsOf(model), ['3.5.30', '3.5.30'])
  const restored = await model.runAction('etcd/0', 'restore', {
    file: 'monday.db',
    confirm: true,
    'skip-safety-backup': true,
  })
  assert.equal(restored.status, 'completed', restored.message)
  await model.settle()
  await heal(model)
  await assertSound(model)
})
