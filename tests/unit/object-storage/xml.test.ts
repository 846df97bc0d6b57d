import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elements, textOf } from '../../../src/object-storage/xml.ts'

test('elements are found by their whole name, with attributes and without, and those that are empty are none', () => {
  const text =
    '<Keys/><KeyMarker>m</KeyMarker><Key/><Key /><Key a="b">1</Key><Key>2 &lt;&#x41;&amp;</Key><Key></Key>'
  assert.deepEqual(elements(text, 'Key'), ['1', '2 &lt;&#x41;&amp;', ''])
  assert.equal(textOf('<Key>2 &lt;&#x41;&amp;</Key><Key>3</Key>', 'Key'), '2 <A&')
  assert.equal(textOf(text, 'Other'), '')
})

// Not by the clock: what is quadratic takes an hour for so many of them, and the test would not end.
test('a wall of beginnings without an end is read in one go', { timeout: 120_000 }, () => {
  for (const begin of ['<Contents>', '<Contents ', '<ContentsX>', '<Contents/>'])
    assert.deepEqual(elements(`<Contents>1</Contents>${begin.repeat(1_000_000)}`, 'Contents'), ['1'])
  assert.equal(textOf('<Name>'.repeat(1_000_000), 'Name'), '')
})
