import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Etcd3 } from 'etcd3'
import { type EtcdClient, openEtcd } from '../../../src/etcd/client.ts'
import { EtcdBug, EtcdTimeout, EtcdUnavailable } from '../../../src/etcd/errors.ts'
import type { Credentials } from '../../../src/etcd/types.ts'
import { run } from '../../../src/machine/process.ts'
import { createAuthority, credentialsOf, issue } from './certificates.ts'
import { type EtcdServer, freePort, startEtcd } from './etcd-server.ts'
import { acceptOnly, hangUp, listenOnly } from './silent-server.ts'

const read = ({ kv }: Etcd3): Promise<unknown> => kv.range({ key: Buffer.from('key') })

describe('the client', () => {
  let server: EtcdServer
  let credentials: Credentials

  before(async () => {
    server = await startEtcd()
    credentials = server.credentials('root')
  })
  after(() => server[Symbol.asyncDispose]())

  function open(endpoints: readonly string[], changes: Partial<Credentials> = {}): Promise<EtcdClient> {
    return openEtcd({ endpoints, credentials: { ...credentials, ...changes }, deadlineMs: 500 })
  }

  async function closedEndpoint(): Promise<string> {
    return `https://127.0.0.1:${await freePort()}`
  }

  it('gives up on a server that takes the connection and says nothing', async () => {
    await using silent = await listenOnly()
    await using client = await open([silent.endpoint])
    await assert.rejects(client.ask('get', read), EtcdUnavailable)
  })

  it('does not know what became of a request that a server let in and never answered', async () => {
    await using silent = await acceptOnly(server.authority)
    await using client = await open([silent.endpoint])
    await assert.rejects(client.ask('get', read), EtcdTimeout)
  })

  it('names what was asked, where, and what is wrong when nobody listens', async () => {
    const endpoint = await closedEndpoint()
    await using client = await open([endpoint])
    const address = endpoint.replace('https://', '')
    await assert.rejects(client.ask('user list', read), {
      name: 'EtcdUnavailable',
      message: `etcd user list at ${endpoint}: no connection: connect ECONNREFUSED ${address}`,
    })
  })

  it('goes on to the next endpoint where one is closed, and asks the one that served from then on', async () => {
    await using client = await open([await closedEndpoint(), server.endpoint])
    await client.ask('get', read)
    assert.equal(client.requests, 2)
    await client.ask('get', read)
    assert.equal(client.requests, 3)
  })

  it('goes on to the next endpoint where one is silent or hangs up, if the request may be repeated', async () => {
    await using silent = await listenOnly()
    await using deaf = await acceptOnly(server.authority)
    await using rude = await hangUp(server.authority)
    await using client = await open([silent.endpoint, deaf.endpoint, rude.endpoint, server.endpoint])
    await client.ask('get', read)
    assert.equal(client.requests, 4)
  })

  it('does not repeat a request that may have begun and must not be done twice', async () => {
    await using rude = await hangUp(server.authority)
    await using client = await open([rude.endpoint, server.endpoint])
    await assert.rejects(client.tell('member add', read), EtcdTimeout)
    assert.equal(client.requests, 1)
  })

  it('repeats such a request elsewhere where nobody took it in', async () => {
    await using client = await open([await closedEndpoint(), server.endpoint])
    await client.tell('member add', read)
    assert.equal(client.requests, 2)
  })

  it('tells of every endpoint when none serves', async () => {
    const endpoints = [await closedEndpoint(), await closedEndpoint()]
    await using client = await open(endpoints)
    await assert.rejects(client.ask('get', read), { name: 'EtcdUnavailable', endpoint: endpoints.join(', ') })
  })

  it('does not ask elsewhere what one endpoint refuses', async () => {
    await using client = await open([server.endpoint, await closedEndpoint()])
    const invalid = ({ auth }: Etcd3): Promise<unknown> => auth.userGet({ name: 'nobody' })
    await assert.rejects(client.ask('user get', invalid), { name: 'EtcdNotFound' })
    assert.equal(client.requests, 1)
  })

  it('refuses a server that another authority vouches for', async () => {
    const { certificatePath, keyPath, folder } = createAuthority(server.folder, 'other')
    const { ca } = credentialsOf({ certificatePath, keyPath, folder }, { certificatePath, keyPath })
    await using client = await open([server.endpoint], { ca })
    await assert.rejects(client.ask('get', read), {
      name: 'EtcdUnavailable',
      message: /no connection: unable to verify the first certificate$/,
    })
  })

  it('says in the words of TLS that the server does not trust its certificate', async () => {
    const other = createAuthority(server.folder, 'another')
    const { certificate, privateKey } = credentialsOf(other, issue(other, 'root'))
    await using client = await open([server.endpoint], { certificate, privateKey })
    await assert.rejects(client.ask('get', read), {
      name: 'EtcdUnavailable',
      message: /no connection: TLS: tlsv1 alert unknown ca$/,
    })
  })

  it('says that a key is not its certificate’s without showing either', async () => {
    const { privateKey } = server.credentials('other')
    await using client = await open([server.endpoint], { privateKey })
    await assert.rejects(client.ask('get', read), (error: Error) => {
      assert.equal(error.name, 'EtcdBug')
      assert.match(error.message, /key values mismatch/)
      assert.doesNotMatch(`${error.stack} ${error.cause}`, /BEGIN/)
      return true
    })
  })

  it('is of no use once it is closed, and says so', async () => {
    const client = await open([server.endpoint])
    await client.ask('get', read)
    await client[Symbol.asyncDispose]()
    await assert.rejects(client.ask('get', read), EtcdBug)
  })

  async function askInProcess(env: Readonly<Record<string, string>>): Promise<string> {
    const input = JSON.stringify({ endpoints: [server.endpoint], credentials })
    return run(process.execPath, [join(import.meta.dirname, 'one-request.ts')], {
      input,
      env,
      timeoutMs: 20_000,
    })
  }

  it('lets the process end by itself', async () => {
    assert.equal(await askInProcess({}), 'authentication: false')
  })

  it('does not take the way to etcd through the proxy of the environment', async () => {
    const proxy = 'http://127.0.0.1:1'
    assert.equal(
      await askInProcess({ http_proxy: proxy, https_proxy: proxy, grpc_proxy: proxy }),
      'authentication: false',
    )
  })
})
