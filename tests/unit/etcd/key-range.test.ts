import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bytesToText, endOfPrefix, prefixRange, sameRange, textToBytes } from '../../../src/etcd/key-range.ts'

const unicode = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed())

describe('the range of a prefix', () => {
  it('ends where the last byte is one higher', () => {
    assert.deepEqual(prefixRange('/alice/'), { key: '/alice/', rangeEnd: '/alice0' })
  })

  it('is of the bytes of UTF-8, not of characters', () => {
    assert.deepEqual(prefixRange('ü'), { key: '\xc3\xbc', rangeEnd: '\xc3\xbd' })
  })

  it('passes over bytes that are the highest already', () => {
    assert.deepEqual([...endOfPrefix(Uint8Array.of(0x61, 0xff, 0xff))], [0x62])
  })

  it('goes on to the last key of all where every byte is the highest', () => {
    assert.deepEqual([...endOfPrefix(Uint8Array.of(0xff))], [0])
  })

  it('is refused for the empty prefix, which would be the whole store', () => {
    assert.throws(() => prefixRange(''), RangeError)
  })

  it('holds every key that begins with the prefix', () => {
    fc.assert(
      fc.property(unicode, fc.string({ unit: 'binary' }), (prefix, rest) => holds(prefix, prefix + rest)),
    )
  })

  it('holds no key that begins otherwise', () => {
    fc.assert(
      fc.property(unicode, unicode, (prefix, key) => {
        const begins = Buffer.from(key).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix))
        return begins === holds(prefix, key)
      }),
    )
  })

  it('is the same only with the same end', () => {
    assert.equal(sameRange(prefixRange('/a/'), prefixRange('/a/')), true)
    assert.equal(sameRange(prefixRange('/a/'), { key: '/a/', rangeEnd: '' }), false)
  })
})

describe('bytes as text', () => {
  it('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => textToBytes(bytesToText(bytes)).equals(Buffer.from(bytes))),
    )
  })
})

function holds(prefix: string, key: string): boolean {
  const range = prefixRange(prefix)
  const bytes = Buffer.from(key)
  return (
    Buffer.compare(bytes, textToBytes(range.key)) >= 0 &&
    Buffer.compare(bytes, textToBytes(range.rangeEnd)) < 0
  )
}
