import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EtcdClient, openEtcd } from '../../../src/etcd/client.ts'
import { type Lock, leaveNote, lockHolder, takeLock, takeNoteBack } from '../../../src/etcd/lock.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

let server: EtcdServer
let client: EtcdClient
before(async () => {
  server = await startEtcd()
  client = await openEtcd({ endpoints: [server.endpoint], credentials: server.credentials('root') })
})
after(async () => {
  await client[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const take = (holder: string, ttlSeconds = 60): Promise<Lock> =>
  takeLock(client, { name: 'restart', holder, ttlSeconds })

async function release(lock: Lock): Promise<void> {
  assert.equal(lock.kind, 'held')
  if (lock.kind === 'held') await lock[Symbol.asyncDispose]()
}

test('one holds it, the others hear who does', async () => {
  const first = await take('etcd/0')
  assert.deepEqual(await take('etcd/1'), { kind: 'taken', by: 'etcd/0' })
  await release(first)
  await release(await take('etcd/1'))
})

test('who takes it twice has died in between, and gets it', async () => {
  const dead = await take('etcd/0')
  const again = await take('etcd/0')
  assert.deepEqual(await take('etcd/1'), { kind: 'taken', by: 'etcd/0' })
  await release(dead)
  assert.deepEqual(await take('etcd/1'), { kind: 'taken', by: 'etcd/0' })
  await release(again)
  await release(await take('etcd/1'))
})

test('one that somebody wrote without a lease is no lock', async () => {
  const key = Buffer.from('\0etcd-charm/restart')
  const copied = { key, value: Buffer.from('etcd/9') }
  await client.tell('put', ({ kv }) => kv.put(copied))
  await release(await take('etcd/1'))
})

test('of many who want it at once, one gets it', async () => {
  const locks = await Promise.all(Array.from({ length: 8 }, (_, nth) => take(`etcd/${nth}`)))
  const held = locks.filter((lock) => lock.kind === 'held')
  assert.equal(held.length, 1)
  for (const lock of held) await release(lock)
})

test('a holder that died lets go when its time is over', async () => {
  await take('etcd/0', 1)
  for (;;) {
    const lock = await take('etcd/1')
    if (lock.kind === 'held') return release(lock)
    await sleep(100)
  }
})

test('a note stays until who left it takes it back, and nobody else does', async () => {
  assert.equal(await lockHolder(client, 'restarting'), undefined)
  await leaveNote(client, 'restarting', 'etcd/0')
  await takeNoteBack(client, 'restarting', 'etcd/1')
  assert.equal(await lockHolder(client, 'restarting'), 'etcd/0')
  await takeNoteBack(client, 'restarting', 'etcd/0')
  await takeNoteBack(client, 'restarting', 'etcd/0')
  assert.equal(await lockHolder(client, 'restarting'), undefined)
})

test('a lock whose holder died is let go by the next process of that holder', async () => {
  await take('etcd/0')
  await takeNoteBack(client, 'restart', 'etcd/0')
  await release(await take('etcd/1'))
})
