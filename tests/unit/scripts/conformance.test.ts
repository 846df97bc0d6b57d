import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complaints, printTable, storiesIn } from '../../../scripts/conformance.ts'

const catalogue = { C01: 'nothing', C02: 'all of it' }

test('a title names its cases in brackets at its end, in code of any shape', () => {
  const source = [
    "test('served at once (C01, 5.20)', () => {})",
    "  'a row of a table (C02)': { code: 1 },",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a test
    'test(`on ${profile} (C02, C01)`, () => {})',
    "test('no case (of rain), and none here (C1)', () => {})",
  ].join('\n')
  assert.deepEqual(
    storiesIn('tests/a.test.ts', source).map(({ id, title }) => [id, title]),
    [
      ['C01', 'served at once'],
      ['C02', 'a row of a table'],
      ['C02', 'on …'],
      ['C01', 'on …'],
    ],
  )
})

test('a case without a story and a title without a case are both told', () => {
  const story = { title: 'served', file: 'tests/a.test.ts' }
  assert.deepEqual(complaints(catalogue, [{ ...story, id: 'C01' }]).length, 1)
  assert.match(complaints(catalogue, [{ ...story, id: 'C01' }])[0] ?? '', /C02 has no story/)
  const all = ['C01', 'C02', 'N99'].map((id) => ({ ...story, id }))
  assert.match(complaints(catalogue, all)[0] ?? '', /N99/)
  assert.deepEqual(complaints(catalogue, all.slice(0, 2)), [])
})

test('the table links each case to the stories that show it', () => {
  const table = printTable(catalogue, [{ id: 'C01', title: 'served', file: 'tests/stories/a.test.ts' }])
  assert.match(
    table,
    /\| C01 \| nothing \| served \(\[a\.test\.ts\]\(\.\.\/\.\.\/tests\/stories\/a\.test\.ts\)\) \|/,
  )
})
