// On the emulator alone: its store goes wrong as it is told to.
// Whatever a store does, a backup is whole or it is none; the store's own words are told, and no credential is left behind.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { completeIn, deployWithStore, secretsOn, untilNoWork, workUnit } from './stores/backing-up.ts'
import type { Fault } from './stores/faulty-store.ts'
import { lacks } from './stores/start-store.ts'
import { openWorld } from './world.ts'

const skip = lacks('moto')
const part = /^PUT .*partNumber=/

interface Case {
  readonly name: string
  readonly fault: Fault
  readonly words: RegExp
  readonly status: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'is away',
    fault: { kind: 'breaks' },
    words: /socket hang up|other side closed|ECONNRESET|terminated/i,
    status: /^active: the last backup failed: .*run create-backup/,
  },
  {
    name: 'denies',
    fault: {
      kind: 'answers',
      status: 403,
      code: 'AccessDenied',
      message: 'Access Denied.',
      about: /^PUT|^POST/,
    },
    words: /Access Denied/,
    status: /^blocked: the last backup failed: .*Access Denied.*keys are right/,
  },
  {
    name: 'is full',
    fault: {
      kind: 'answers',
      status: 507,
      code: 'XMinioStorageFull',
      message: 'Storage backend has reached its minimum free drive threshold.',
      about: part,
    },
    words: /minimum free drive threshold/,
    status: /^blocked: .*make room in the store/,
  },
  {
    name: 'breaks off in the middle',
    fault: { kind: 'breaks', about: /partNumber=2/ },
    words: /socket hang up|other side closed|ECONNRESET|terminated|fetch failed/i,
    status: /^active: the last backup failed/,
  },
  {
    name: 'has lost its bucket and makes none',
    fault: {
      kind: 'answers',
      status: 404,
      code: 'NoSuchBucket',
      message: 'The specified bucket does not exist',
      about: /^PUT|^POST/,
    },
    words: /bucket does not exist/,
    status: /^blocked: .*make the bucket/,
  },
]

test('a store that goes wrong', { skip }, async (t) => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { megabytes: 20 })
  const { store, eyes } = world
  for (const { name, fault, words, status } of cases)
    await t.test(`${name}: told in its words, and nothing is left`, async () => {
      store.now(fault)
      const taken = await model.runAction('etcd/0', 'create-backup')
      assert.equal(taken.status, 'failed')
      assert.match(taken.message, words)
      await model.updateStatus('etcd')
      assert.match(tell(model), status)
      store.now({ kind: 'none' })
      assert.deepEqual(await completeIn(eyes), [])
      assert.equal(await eyes.unfinished(), 0)
      assert.equal(await secretsOn(model, 'etcd/0'), '')
    })
  await t.test('hiccups and is slow: the backup is taken all the same', async () => {
    store.now({
      kind: 'answers',
      status: 503,
      code: 'SlowDown',
      message: 'Please reduce your request rate.',
      about: part,
    })
    const taking = model.runAction('etcd/0', 'create-backup')
    await store.until(part, 2)
    store.now({ kind: 'slow', ms: 300 })
    const taken = await taking
    assert.equal(taken.status, 'completed', taken.message)
    store.now({ kind: 'none' })
    assert.deepEqual(await completeIn(eyes), [String(taken.results['backup-id'])])
    await model.updateStatus('etcd')
    assert.equal(tell(model), 'active: ')
  })
})

function tell(model: Model): string {
  const { status, message } = model.unit('etcd/0').app.status
  return `${status}: ${message}`
}

test('work that is killed at every part leaves no backup, is told of, and the next one takes its remains away', {
  skip,
}, async (t) => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { megabytes: 20, config: { 'backup-keep': 100 } })
  const { host } = model.unit('etcd/0')
  const moments = [
    /^GET .*list-type/,
    /^POST .*uploads/,
    /partNumber=1/,
    /partNumber=2/,
    /partNumber=3/,
    /^POST .*uploadId/,
    /^HEAD/,
    /^PUT .*manifest/,
  ]
  for (const moment of moments)
    await t.test(`at ${moment.source}`, async () => {
      const { store, eyes } = world
      store.asked.length = 0
      store.now({ kind: 'holds', about: moment })
      const begun = await model.runAction('etcd/0', 'create-backup', { wait: false })
      assert.equal(begun.status, 'completed', begun.message)
      await store.until(moment)
      await host.run(['sh', '-c', `kill -9 $(cat /run/emulator/${workUnit}.pid)`])
      store.now({ kind: 'none' })
      await model.updateStatus('etcd')
      assert.match(tell(model), /^active: the last backup failed: it ended without a word/)
      assert.equal(await secretsOn(model, 'etcd/0'), '')
      const before = await completeIn(eyes)
      const taken = await model.runAction('etcd/0', 'create-backup')
      assert.equal(taken.status, 'completed', taken.message)
      assert.deepEqual(await completeIn(eyes), [...before, String(taken.results['backup-id'])].sort())
      assert.equal(await eyes.unfinished(), 0)
      assert.equal((await eyes.keys()).length, 2 * (before.length + 1), 'no snapshot without a manifest')
    })
})

test('hooks that are killed wherever they can be leave one backup in the end, and no keys behind', {
  skip,
}, async () => {
  await using model = await openWorld()
  const told = killEverywhere(model)
  await using world = await deployWithStore(model)
  model.config('etcd', { 'backup-schedule': 'daily@00:00' })
  await model.settle()
  await untilNoWork(model, 'etcd/0')
  await model.updateStatus('etcd')
  assert.deepEqual(
    ['stores/record', 'store/ask', 'backup/begin'].filter((step) => !told.steps.has(step)),
    [],
  )
  assert.equal((await completeIn(world.eyes)).length, 1)
  assert.equal(await secretsOn(model, 'etcd/0'), '')
  assert.equal(tell(model), 'active: ')
})

test('keys that are rotated in the middle: the backup fails by the old ones, and the next is taken with the new', {
  skip,
}, async () => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { megabytes: 20 })
  const { store, eyes } = world
  const taking = model.runAction('etcd/0', 'create-backup')
  await store.until(/partNumber=1/)
  store.now({
    kind: 'answers',
    status: 403,
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  })
  const failed = await taking
  assert.match(failed.message, /does not exist in our records/)
  store.now({ kind: 'none' })
  const keys = JSON.stringify({ 'access-key': 'AKROTATED', 'secret-key': 'hush-hush-rotated' })
  model.config('store', { keys })
  await model.settle()
  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  assert.deepEqual(await completeIn(eyes), [String(taken.results['backup-id'])])
  assert.equal(await secretsOn(model, 'etcd/0'), '')
})

test('two kinds of store at once are refused, naming both', { skip }, async () => {
  await using model = await openWorld()
  await using world = await deployWithStore(model)
  const { deployStore, relateStore } = await import('./stores/deploy-store.ts')
  await deployStore(
    model,
    { settings: { container: 'c', 'storage-account': 'a' }, keys: { 'secret-key': 'a2V5' } },
    { name: 'azure' },
  )
  const relation = relateStore(model, 'azure-storage-credentials', 'azure')
  await model.settle()
  assert.match(
    tell(model),
    /^blocked: more than one store is related: s3-credentials \(store\) and azure-storage-credentials \(azure\)/,
  )
  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.match(taken.message, /more than one store is related/)
  model.removeRelation(relation)
  await model.settle()
  assert.equal(tell(model), 'active: ')
  assert.equal((await model.runAction('etcd/0', 'create-backup')).status, 'completed')
  assert.equal((await completeIn(world.eyes)).length, 1)
})

test('a unit that leaves in the middle of a backup takes what it has put there by halves with it', {
  skip,
}, async () => {
  await using model = await openWorld()
  await using world = await deployWithStore(model, { megabytes: 20 })
  const { store, eyes } = world
  store.now({ kind: 'holds', about: /partNumber=2/ })
  const begun = await model.runAction('etcd/0', 'create-backup', { wait: false })
  assert.equal(begun.status, 'completed', begun.message)
  await store.until(/partNumber=2/)
  model.removeApplication('etcd')
  await model.settle()
  assert.deepEqual(await completeIn(eyes), [])
  assert.equal(await eyes.unfinished(), 0)
})
