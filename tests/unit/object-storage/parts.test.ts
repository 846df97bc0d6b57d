import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutIntoParts } from '../../../src/object-storage/parts.ts'

async function* stream(...sizes: readonly number[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let next = 0
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++ % 251)
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

async function sizesOf(...sizes: readonly number[]): Promise<readonly number[]> {
  return (await all(cutIntoParts(stream(...sizes), 10))).map(({ length }) => length)
}

test('a stream is cut into parts of one size and a rest, however it comes', async () => {
  assert.deepEqual(await sizesOf(25), [10, 10, 5])
  assert.deepEqual(await sizesOf(3, 3, 3, 3, 3, 3, 3), [10, 10, 1])
  assert.deepEqual(await sizesOf(10), [10])
  assert.deepEqual(await sizesOf(), [])
  assert.deepEqual(await sizesOf(0, 0), [])
})

test('no byte is lost, doubled or moved by the cutting', async () => {
  const whole = Buffer.concat(await all(stream(7, 23, 1, 0, 40)))
  const parts: Buffer[] = []
  // One is good until the next is asked for.
  for await (const part of cutIntoParts(stream(7, 23, 1, 0, 40), 10)) parts.push(Buffer.from(part))
  assert.ok(Buffer.concat(parts).equals(whole))
})
