import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { describe, it } from 'node:test'
import { readHealth } from '../../../src/etcd/health.ts'
import { freePort, startEtcd } from './etcd-server.ts'
import { listenOnly } from './silent-server.ts'

async function answering(
  listener: RequestListener,
): Promise<AsyncDisposable & { readonly metricsUrl: string }> {
  const port = await freePort()
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    metricsUrl: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}

async function reasonOf(metricsUrl: string): Promise<string> {
  const health = await readHealth(metricsUrl, { timeoutMs: 300 })
  return health.healthy ? 'healthy' : health.reason
}

describe('the health of a member', () => {
  it('is good where etcd says so', async () => {
    await using server = await startEtcd()
    assert.deepEqual(await readHealth(server.metricsUrl), { healthy: true })
  })

  it('is bad where etcd stands still', async () => {
    await using server = await startEtcd()
    await server.standStill()
    assert.match(await reasonOf(server.metricsUrl), /does not answer at http:.*: no answer in time$/)
  })

  it('is bad for etcd’s own reason', async () => {
    await using ill = await answering((_request, response) => {
      response.statusCode = 503
      response.end('{"health":"false","reason":"RAFT NO LEADER"}')
    })
    assert.equal(await reasonOf(ill.metricsUrl), 'etcd says it is not healthy: RAFT NO LEADER')
  })

  it('is bad where nobody listens', async () => {
    const port = await freePort()
    assert.match(await reasonOf(`http://127.0.0.1:${port}`), /connect ECONNREFUSED/)
  })

  it('is bad where somebody listens and says nothing', async () => {
    await using silent = await listenOnly()
    assert.match(await reasonOf(silent.endpoint.replace('https', 'http')), /no answer in time$/)
  })

  it('is bad where something else answers', async () => {
    await using other = await answering((_request, response) => response.end('<html>'))
    assert.match(await reasonOf(other.metricsUrl), /does not answer/)
  })
})
