// A server that closes the connection after its answer, as proxies and load balancers do, and a reader that is slower than the network.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../../src/object-storage/open.ts'
import { StoreUnavailable } from '../../../src/object-storage/port.ts'

const size = 8 * 1024 * 1024
const s3 = {
  kind: 's3',
  region: 'us-east-1',
  bucket: 'backups',
  accessKey: 'AK',
  secretKey: 'hush-hush',
  pathStyle: true,
  storageClass: '',
  path: '',
  authorities: [],
} as const

/** It promises `size` bytes. */
async function download(sends: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
      socket.end(Buffer.alloc(sends, 'x'))
    })
  }).listen(0, '127.0.0.1')
  after(() => server.close())
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  assert.ok(address && typeof address === 'object')
  const store = await openStore({ ...s3, endpoint: `http://127.0.0.1:${address.port}` })
  let read = 0
  for await (const chunk of await store.get('snapshot.db', size)) {
    read += chunk.length
    await sleep(2)
  }
  return read
}

test('all of it is read', async () => {
  assert.equal(await download(size), size)
})

test('what is cut off is a failure of the store, and not of the process', async () => {
  await assert.rejects(download(size / 2), StoreUnavailable)
})
