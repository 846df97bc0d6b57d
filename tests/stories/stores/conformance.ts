// What every adapter does with a real server of its kind: the five verbs, large and small, and what is told where one does not work.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  type Content,
  ObjectMissing,
  type ObjectStore,
  StoreDenied,
  type StoreFailure,
  StoreUnavailable,
} from '../../../src/object-storage/port.ts'

const MiB = 1024 * 1024

export async function* contentOf(bytes: number, fails?: Error): Content {
  for (let at = 0; at < bytes; at += MiB) yield Buffer.alloc(Math.min(MiB, bytes - at), at / MiB)
  if (fails) throw fails
}

async function digestOf(content: Content): Promise<{ readonly size: number; readonly digest: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of content) {
    size += piece.length
    hash.update(piece)
  }
  return { size, digest: hash.digest('hex') }
}

/** The bucket is not there at first. */
export async function provesItself(store: ObjectStore): Promise<void> {
  const key = 'some path/etcd-0123/2026-11-26T21:30:05Z/snapshot.db'
  for (const size of [0, 1, 8 * MiB, 20 * MiB + 17]) {
    await store.put(key, contentOf(size))
    assert.equal((await store.head(key))?.size, size)
    assert.deepEqual(await digestOf(await store.get(key, size)), await digestOf(contentOf(size)))
  }
  await assert.rejects(store.put(key, contentOf(20 * MiB, new Error('it broke'))), /it broke/)
  assert.equal((await store.head(key))?.size, 20 * MiB + 17, 'what was there is there')
  await assert.rejects(store.put('other/x', contentOf(20 * MiB, new Error('it broke'))), /it broke/)
  assert.equal(await store.head('other/x'), undefined, 'nothing is left')
  for (let at = 0; at < 3; at += 1) await store.put(`many/${at}/file`, contentOf(1))
  const { objects } = await store.list('many/')
  assert.deepEqual(
    objects.map(({ key: found, size }) => [found, size]),
    [0, 1, 2].map((at) => [`many/${at}/file`, 1]),
  )
  assert.ok(
    objects.every(({ modified }) => Math.abs(Date.now() - modified) < 60_000),
    'times',
  )
  assert.deepEqual((await store.list('many/', { delimiter: '/' })).prefixes, [
    'many/0/',
    'many/1/',
    'many/2/',
  ])
  assert.deepEqual(await store.list('nothing/'), { objects: [], prefixes: [] })
  await store.delete(key)
  await store.delete(key)
  assert.equal(await store.head(key), undefined)
  await assert.rejects(async () => store.get(key), ObjectMissing)
}

/** Wrong keys: told in the server's words, and without the keys. */
export async function refusesStrangers(store: ObjectStore, secret: string): Promise<void> {
  await assert.rejects(store.put('x', contentOf(10)), (error: StoreFailure) => {
    assert.ok(error instanceof StoreDenied, `${error.name}: ${error.message}`)
    assert.ok(!`${error.message} ${JSON.stringify(error)}`.includes(secret))
    return true
  })
}

export async function tellsThatNobodyIsThere(store: ObjectStore): Promise<void> {
  await assert.rejects(store.list(''), (error: StoreFailure) => {
    assert.ok(error instanceof StoreUnavailable, `${error.name}: ${error.message}`)
    assert.match(error.message, /ECONNREFUSED/)
    return true
  })
}
