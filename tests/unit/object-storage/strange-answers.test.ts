// What no store of good will answers: without an end, half of it, something else. From real servers, of all three kinds.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mostPages, readPages } from '../../../src/object-storage/pages.ts'
import {
  type Content,
  StoreDenied,
  StoreRefused,
  StoreUnavailable,
} from '../../../src/object-storage/port.ts'
import { kinds, open, page, type Say, shortDeadlines, startServer } from './strange-server.ts'

const patient = { timeout: 120_000 }

async function read(content: Content): Promise<number> {
  let size = 0
  for await (const part of content) size += part.length
  return size
}

test('a short text that drips without an end ends with the deadline of its request', patient, async () => {
  using _ = shortDeadlines(500)
  for (const kind of kinds) {
    const ended: Promise<unknown>[] = []
    await using server = await startServer(async (_request, response) => {
      ended.push(once(response, 'close'))
      for (response.write('{'); !response.destroyed; await sleep(50)) response.write(' ')
    })
    const store = await open(kind, server.url)
    await assert.rejects(store.get('manifest.json').then(read), StoreUnavailable, kind)
    assert.notEqual(ended.length, 0, kind)
    await Promise.all(ended)
  }
})

test('what gets no answer at all is ended, and not only left', patient, async () => {
  using _ = shortDeadlines(500)
  for (const kind of kinds) {
    const ended: Promise<unknown>[] = []
    await using server = await startServer((_request, response) => {
      ended.push(once(response, 'close'))
    })
    await assert.rejects((await open(kind, server.url)).list(''), StoreUnavailable, kind)
    assert.notEqual(ended.length, 0, kind)
    await Promise.all(ended)
  }
})

test('a snapshot may take longer to read than its request to be answered', patient, async () => {
  using _ = shortDeadlines(1000)
  for (const kind of kinds) {
    await using server = await startServer(async (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      for (let sent = 0; sent < 1000; sent += 100) {
        response.write(Buffer.alloc(100))
        await sleep(200)
      }
      response.end()
    })
    const store = await open(kind, server.url)
    assert.equal(await read(await store.get('snapshot.db', 1000)), 1000, kind)
  }
})

test(
  'of a snapshot no more is read than it was listed with, nor of one that was listed with no number',
  patient,
  async () => {
    for (const kind of kinds) {
      await using server = await startServer(
        (_request, response) => void response.end(Buffer.alloc(5_000_000)),
      )
      const store = await open(kind, server.url)
      for (const size of [1_000_000, Number.NaN]) {
        let written = 0
        const reading = async (): Promise<void> => {
          for await (const part of await store.get('snapshot.db', size)) written += part.length
        }
        await assert.rejects(reading, isRefused(/listed with/), `${kind} ${size}`)
        assert.ok(!(written > size), `${kind} ${written}`)
      }
      assert.equal(await read(await store.get('snapshot.db', 5_000_000)), 5_000_000, kind)
    }
  },
)

test('of a text that is not short only the beginning is read', patient, async () => {
  for (const kind of kinds) {
    await using server = await startServer((_request, response) => void response.end(Buffer.alloc(1_000_000)))
    assert.equal(await read(await (await open(kind, server.url)).get('manifest.json')), 128 * 1024, kind)
  }
})

test('a page of a list that is longer than any is refused', patient, async () => {
  for (const kind of kinds) {
    const filler = Buffer.alloc(20 * 1024 * 1024, ' ')
    await using server = await startServer((_request, response) => {
      response.write(filler)
      response.end(page(kind))
    })
    await assert.rejects((await open(kind, server.url)).list(''), isRefused(/longer than/), kind)
  }
})

test('an error is told by how it begins, however long it goes on', patient, async () => {
  using _ = shortDeadlines(2000)
  for (const kind of kinds) {
    await using server = await startServer(async (_request, response) => {
      response.writeHead(403)
      response.write('<Error><Code>AccessDenied</Code><Message>you may not</Message></Error>')
      for (const spaces = ' '.repeat(10_000); !response.destroyed; await sleep(5)) response.write(spaces)
    })
    const isDenied = (error: unknown): boolean =>
      error instanceof StoreDenied && /you may not/.test(error.what)
    await assert.rejects((await open(kind, server.url)).list(''), isDenied, kind)
  }
})

test('a list that leads back to the page that it came from is refused', patient, async () => {
  for (const kind of kinds) {
    let asked = 0
    await using server = await startServer((_request, response) => {
      asked += 1
      response.end(page(kind, asked < 4 ? 'again' : ''))
    })
    await assert.rejects((await open(kind, server.url)).list(''), isRefused(/same page/), kind)
    assert.equal(asked, 2, kind)
  }
})

test('a list that names ever new pages is refused', async () => {
  let asked = 0
  const endless = async (): Promise<string> => {
    asked += 1
    return `page ${asked}`
  }
  await assert.rejects(readPages('list x', endless), isRefused(/more than 5000 pages/))
  assert.equal(asked, mostPages)
})

test('half a list, and what is none, is no list', patient, async () => {
  for (const kind of kinds) {
    const whole = page(kind)
    const half = whole.slice(0, -3)
    for (const text of [half, '', '<html><body>log in</body></html>', '{}']) {
      const say: Say = (_request, response) => void response.end(text)
      await using server = await startServer(say)
      await assert.rejects((await open(kind, server.url)).list(''), StoreRefused, `${kind}: ${text}`)
    }
    await using server = await startServer((_request, response) => void response.end(whole))
    const { objects } = await (await open(kind, server.url)).list('')
    assert.deepEqual(
      objects.map(({ key, size }) => [key, size]),
      [['a', 1]],
      kind,
    )
  }
})

function isRefused(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreRefused && words.test(error.message)
}
