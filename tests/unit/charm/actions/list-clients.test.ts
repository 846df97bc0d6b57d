import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inParts } from '../../../../src/charm/actions/list-clients.ts'

const rows = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `row ${at} ${'x'.repeat(190)}`)
const print = (some: readonly string[]): string => JSON.stringify(some)

test('what fits into one argument is one result', () => {
  assert.deepEqual(inParts('json', rows(3), print), { json: print(rows(3)) })
  assert.deepEqual(inParts('json', [], print), { json: '[]' })
})

test('a list of fourteen hundred comes in parts that each fit, in order and whole', () => {
  const parts = inParts('json', rows(1400), print)
  assert.deepEqual(Object.keys(parts), ['json', 'json-2', 'json-3'])
  for (const part of Object.values(parts)) assert.ok(Buffer.byteLength(part) < 131_072)
  assert.deepEqual(
    Object.values(parts).flatMap((part) => JSON.parse(part)),
    rows(1400),
  )
})

test('a row that is too long alone is not waited for', () => {
  assert.deepEqual(Object.keys(inParts('json', ['x'.repeat(200_000), 'y'], print)), ['json', 'json-2'])
})
