import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { EtcdClient } from '../../../src/etcd/client.ts'
import { memberStatus } from '../../../src/etcd/cluster.ts'
import { EtcdFailure } from '../../../src/etcd/errors.ts'
import { compact, defragment, readRevision } from '../../../src/etcd/history.ts'
import { hashOfData } from '../../../src/etcd/maintenance.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

const MiB = 1024 * 1024

describe('the history of keys', () => {
  let server: EtcdServer
  let client: EtcdClient
  const put = (value: string): Promise<unknown> =>
    client.ask('put', ({ kv }) => kv.put({ key: Buffer.from('k'), value: Buffer.from(value) }))

  before(async () => {
    server = await startEtcd()
    client = await server.open()
    for (let nth = 0; nth < 8; nth += 1) await put(`${nth}`.padEnd(MiB, 'x'))
  })
  after(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('is hashed up to a revision, whatever is written since', async () => {
    const revision = await readRevision(client)
    const first = await hashOfData(client, server.endpoint, revision)
    await put('later')
    assert.deepEqual(await hashOfData(client, server.endpoint, revision), first)
    const later = await hashOfData(client, server.endpoint, await readRevision(client))
    assert.notEqual(later.hash, first.hash)
  })

  it('is forgotten up to a revision once, and not up to one that is to come', async () => {
    const revision = await readRevision(client)
    await compact(client, { revision, physical: true })
    await assert.rejects(compact(client, { revision, physical: true }), /has been compacted/)
    const future = { revision: String(BigInt(revision) + 1000n), physical: false }
    await assert.rejects(
      compact(client, future),
      (error: unknown) => error instanceof EtcdFailure && /future revision/.test(error.what),
    )
  })

  it('leaves free pages behind, which defragmentation gives back', async () => {
    const before = await memberStatus(client, server.endpoint)
    assert.ok(before.dbSize - before.dbSizeInUse > 4n * BigInt(MiB), String(before.dbSizeInUse))
    await defragment(client, server.endpoint)
    const { dbSize, dbSizeInUse } = await memberStatus(client, server.endpoint)
    assert.ok(dbSize < before.dbSize / 4n && dbSize - dbSizeInUse < BigInt(MiB), `${dbSize} ${dbSizeInUse}`)
    assert.equal(await readRevision(client), String(before.revision))
  })
})
