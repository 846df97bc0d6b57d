import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeLock } from '../../../src/etcd/lock.ts'
import { snapshot } from '../../../src/etcd/snapshot.ts'
import { run } from '../../../src/machine/process.ts'
import { binary, startEtcd } from './etcd-server.ts'

test('a snapshot comes whole, tells its size from the first piece on, and is one that etcd takes', async () => {
  await using etcd = await startEtcd()
  await using client = await etcd.open()
  for (let at = 0; at < 40; at += 1)
    await client.tell('put', ({ kv }) =>
      kv.put({ key: Buffer.from(`k${at}`), value: Buffer.alloc(50_000, at) }),
    )
  const pieces: Uint8Array[] = []
  const totals = new Set<number>()
  for await (const { bytes, total } of snapshot(client, etcd.endpoint)) {
    pieces.push(bytes)
    totals.add(total)
  }
  const whole = Buffer.concat(pieces)
  assert.deepEqual([...totals], [whole.length])
  assert.ok(whole.length > 2_000_000)
  const path = join(etcd.folder, 'snapshot.db')
  await writeFile(path, whole)
  // Which compares the hash at its end.
  await run(binary('etcdutl'), ['snapshot', 'restore', path, '--data-dir', join(etcd.folder, 'restored')])
})

test('a member that goes while it streams is told in words, and not taken for the end', async () => {
  await using etcd = await startEtcd()
  await using client = await etcd.open()
  for (let at = 0; at < 200; at += 1)
    await client.tell('put', ({ kv }) =>
      kv.put({ key: Buffer.from(`k${at}`), value: Buffer.alloc(100_000, at) }),
    )
  let pieces = 0
  await assert.rejects(async () => {
    for await (const _ of snapshot(client, etcd.endpoint)) {
      pieces += 1
      if (pieces === 3) etcd.signal('SIGKILL')
      if (pieces > 3) await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }, /^Etcd(Timeout|Unavailable|Bug): etcd snapshot at/)
})

test('a lock that is renewed outlives its time, and one that is not ends', async () => {
  await using etcd = await startEtcd()
  await using client = await etcd.open()
  const options = { name: 'backup', ttlSeconds: 2 }
  const lock = await takeLock(client, { ...options, holder: 'one' })
  assert.equal(lock.kind, 'held')
  for (let at = 0; at < 4 && lock.kind === 'held'; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.equal(await lock.renew(), true)
  }
  assert.deepEqual(await takeLock(client, { ...options, holder: 'two' }), { kind: 'taken', by: 'one' })
  await new Promise((resolve) => setTimeout(resolve, 4000))
  assert.equal(lock.kind === 'held' && (await lock.renew()), false, 'its time is over')
  assert.equal((await takeLock(client, { ...options, holder: 'two' })).kind, 'held')
})
