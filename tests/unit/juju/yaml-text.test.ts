import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { printSettings } from '../../../src/juju/yaml-text.ts'
import { readSettings } from '../../emulator/model/read-settings.ts'

/** Any string that JavaScript has, halves of pairs among them; half of them full of what parsers stumble over. */
const odd = fc.constantFrom(
  ...[
    '\0',
    '\x07',
    '\t',
    '\n',
    '\r',
    '\x1b',
    '"',
    '\\',
    '\\u',
    '\x7f',
    '\x80',
    '\x85',
    '\x9b',
    '\x9f',
    '\xa0',
  ],
  ...[
    '\u2028',
    '\u2029',
    '\u202e',
    '\ud800',
    '\udfff',
    '\ufeff',
    '\ufffd',
    '\ufffe',
    '\uffff',
    '\u{1f600}',
    '\u{10ffff}',
  ],
  ...[': ', ' #', '- ', '<<', '&a', '*a', '!!int 1', '{', '}', '%', '@', '`', 'null', '~', '1e3', 'é'],
)
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(odd).map((parts) => parts.join('')),
)

test('what is written for Juju comes back unchanged from every reader, whatever Unicode it is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9.-]*$/), anything), (settings) => {
      const text = printSettings(settings)
      const wanted = Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [key, value.toWellFormed()]),
      )
      assert.match(text, /^[\x20-\x7e\u{10000}-\u{10ffff}]*$/u)
      assert.deepEqual(readSettings(text), wanted, 'as strict as Juju')
      assert.deepEqual({ ...parse(text) }, wanted, 'YAML')
      assert.deepEqual(JSON.parse(text), wanted, 'JSON')
    }),
    { numRuns: 1_000 },
  )
})

test('half a surrogate pair is no Unicode, and becomes the character that stands for it', () => {
  assert.equal(printSettings({ a: 'x\ud83dy' }), '{"a":"x\\ufffdy"}')
})
