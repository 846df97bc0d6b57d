import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { holdsContent, isV2Request, readV2Content } from '../../../src/etcd/v2-store.ts'
import { etcdVersion } from './etcd-server.ts'
import { makeFolder, type Running, runEtcdOn } from './plain-etcd.ts'

/** A field of bytes, as protobuf has it. */
function field(number: number, bytes: Buffer): Buffer {
  const length: number[] = []
  for (let left = bytes.length; ; left >>= 7) {
    length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left)
    if (left <= 0x7f) break
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
}

function snapshotOf(children: object): Buffer {
  const store = Buffer.from(JSON.stringify({ Root: { Path: '/', Children: children }, CurrentVersion: 2 }))
  return field(2, field(1, store))
}

const own = { Path: '/0', Children: { members: { Path: '/0/members', Children: {} } } }

describe('keys of the v2 API', () => {
  it('are none where only etcd’s own records are', () => {
    assert.equal(holdsContent(snapshotOf({ '0': own, '1': { Path: '/1', Children: {} } })), false)
    assert.equal(holdsContent(snapshotOf({ '0': own, '1': { Path: '/1', Children: null } })), false)
  })

  it('are whatever a client has written', () => {
    const written = { Path: '/1', Children: { mine: { Path: '/1/mine', Value: 'x' } } }
    assert.equal(holdsContent(snapshotOf({ '0': own, '1': written })), true)
  })

  it('can’t be told from a snapshot that is being written', () => {
    assert.equal(holdsContent(snapshotOf({ '0': own }).subarray(0, 20)), undefined)
    assert.equal(holdsContent(Buffer.alloc(0)), undefined)
  })
})

function requestOf(method: string, path: string): Buffer {
  const id = Buffer.from([0x08, 0x81, 0x01])
  return Buffer.concat([id, field(2, Buffer.from(method)), field(3, Buffer.from(path))])
}

describe('a request of the v2 API in the log', () => {
  it('is whatever its clients have asked', () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'QGET', 'SYNC'])
      assert.equal(isV2Request(requestOf(method, '/1/mine')), true, method)
    assert.equal(isV2Request(requestOf('DELETE', '/0/members/8e9e05c52164694d')), true)
  })

  it('is none where a member of 3.5 tells of itself', () => {
    assert.equal(isV2Request(requestOf('PUT', '/0/members/8e9e05c52164694d/attributes')), false)
    assert.equal(isV2Request(requestOf('PUT', '/0/version')), false)
  })

  it('is none of what the API of today proposes, nor noise', () => {
    const put = field(4, Buffer.concat([field(1, Buffer.from('PUT')), field(2, Buffer.from('/1/mine'))]))
    assert.equal(isV2Request(put), false)
    assert.equal(isV2Request(Buffer.from([0x08, 0xff])), false)
    assert.equal(isV2Request(Buffer.alloc(0)), false)
  })
})

const version = await etcdVersion()
const hasV2 = { skip: version.startsWith('3.5.') ? false : `etcd ${version} has no v2 API` }

describe('what a real member holds of the v2 API', hasV2, () => {
  const v3 = ['--snapshot-count', '10']
  const v2 = [...v3, '--enable-v2']
  const look = (data: string): Promise<boolean> =>
    readV2Content({ snapshots: join(data, 'member/snap'), log: join(data, 'member/wal') })
  const ask = async ({ endpoint }: Running, method: string): Promise<void> => {
    const body = method === 'PUT' ? new URLSearchParams({ value: 'x' }) : undefined
    const answer = await fetch(`${endpoint}/v2/keys/mine`, { method, ...(body && { body }) })
    assert.ok(answer.ok, String(answer.status))
  }
  /** Each is as large as a tenth of what is read at a time. */
  const fill = async ({ ctl }: Running, count: number): Promise<void> => {
    for (let key = 0; key < count; key += 1) await ctl('put', `key-${key}`, 'x'.repeat(100_000))
  }

  it('is nothing, then a request in the log, then a key in a snapshot, then nothing again', async () => {
    await using folder = await makeFolder()
    const { data } = folder
    await runEtcdOn(data, (etcd) => fill(etcd, 15), v3)
    assert.equal(await look(data), false)
    await runEtcdOn(data, (etcd) => ask(etcd, 'PUT'), v2)
    assert.equal(await look(data), true, 'in the log')
    await runEtcdOn(data, (etcd) => fill(etcd, 15), v2)
    assert.equal(await look(data), true, 'in a snapshot')
    await runEtcdOn(data, (etcd) => ask(etcd, 'DELETE'), v2)
    assert.equal(await look(data), true, 'what undid it is in the log')
    await runEtcdOn(data, (etcd) => fill(etcd, 15), v3)
    assert.equal(await look(data), false)
  })
})
