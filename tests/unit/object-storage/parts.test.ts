import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutIntoParts, eachOf } from '../../../src/object-storage/parts.ts'

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
  const parts = await all(cutIntoParts(stream(7, 23, 1, 0, 40), 10))
  assert.ok(Buffer.concat(parts).equals(whole))
})

test('no more parts are under way than may be', async () => {
  let underWay = 0
  let most = 0
  await eachOf(stream(1, 1, 1, 1, 1, 1), 2, async () => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setTimeout(resolve, 5))
    underWay -= 1
  })
  assert.equal(most, 2)
  assert.equal(underWay, 0)
})

test('the first failure ends it once what is under way is done, and no more is begun', async () => {
  const begun: number[] = []
  const done: number[] = []
  const failing = eachOf(stream(1, 2, 3, 4, 5), 2, async ({ length }) => {
    begun.push(length)
    await new Promise((resolve) => setTimeout(resolve, length === 1 ? 5 : 20))
    if (length === 1) throw new Error('no')
    done.push(length)
  })
  await assert.rejects(failing, /^Error: no$/)
  assert.deepEqual(begun, [1, 2])
  assert.deepEqual(done, [2])
})
