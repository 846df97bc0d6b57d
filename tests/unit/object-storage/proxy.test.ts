// In a file of its own, that is in a process of its own: a proxy is for all of it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { openStore } from '../../../src/object-storage/open.ts'

async function listen() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('<ListBucketResult></ListBucketResult>')
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const answer = '<ListBucketResult></ListBucketResult>'
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return { asked, server, url: `http://127.0.0.1:${port}` }
}

test("a store is reached by the model's proxy, unless the model says that it is not", async () => {
  const proxy = await listen()
  const near = await listen()
  const keys = { accessKey: 'AK', secretKey: 'hush' }
  const s3 = {
    kind: 's3',
    region: 'us-east-1',
    bucket: 'backups',
    pathStyle: true,
    storageClass: '',
  } as const
  const place = { path: '', authorities: [] }
  const proxies = { http_proxy: proxy.url, https_proxy: proxy.url, no_proxy: '127.0.0.1' }
  const far = await openStore({ ...place, ...s3, ...keys, endpoint: 'http://store.invalid' }, proxies)
  assert.deepEqual(await far.list(''), { objects: [], prefixes: [] })
  assert.match(proxy.asked.join(), /store\.invalid/)
  const read = async (content: AsyncIterable<Uint8Array>): Promise<string> =>
    new Response(ReadableStream.from(content)).text()
  assert.match(await read(await far.get('snapshot.db', 100)), /ListBucketResult/)
  const direct = await openStore({ ...place, ...s3, ...keys, endpoint: near.url }, proxies)
  await direct.list('')
  await read(await direct.get('snapshot.db', 100))
  assert.equal(near.asked.length, 2)
  assert.equal(proxy.asked.length, 2)
  for (const { server } of [proxy, near]) {
    server.closeAllConnections()
    server.close()
  }
})
