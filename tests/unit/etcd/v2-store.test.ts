import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { holdsContent } from '../../../src/etcd/v2-store.ts'

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
