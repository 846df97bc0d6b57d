import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainLines, plainText } from '../../src/plain-text.ts'

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary', minLength: 200, maxLength: 9_000 }),
)

test('a stranger’s text becomes one short line of ASCII, and stays as it is the second time', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const plain = plainText(text)
      assert.match(plain, /^[\x20-\x7e]{0,160}$/)
      assert.equal(plainText(plain), plain)
    }),
  )
  assert.equal(plainText('a plain word'), 'a plain word')
  assert.equal(plainText('\x9b2J\x85\u202e\n'), '\\u009b2J\\u0085\\u202e\\u000a')
  assert.equal(plainText('x'.repeat(7_000)), `${'x'.repeat(157)}...`)
})

test('lines keep their ends and their script, and lose what a terminal obeys or no argument may hold', () => {
  fc.assert(
    fc.property(anything, (text) => {
      assert.doesNotMatch(plainLines(text), /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029]/u)
      assert.equal(plainLines(plainLines(text)), plainLines(text))
    }),
  )
  assert.equal(plainLines('/用户/é\t\u{1f600}\n'), '/用户/é\t\u{1f600}\n')
  assert.equal(plainLines('\0\x1b[2J\x9b\u202e\ud800\ufeff'), '\\u0000\\u001b[2J\\u009b\\u202e\\ud800\\ufeff')
})
