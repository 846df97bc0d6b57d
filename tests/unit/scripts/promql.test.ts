import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectorsOf, within } from '../../../scripts/promql.ts'

const cases: readonly (readonly [string, string])[] = [
  ['up', 'up{X}'],
  ['up == 0', 'up{X} == 0'],
  ['absent(up)', 'absent(up{X})'],
  ['{__name__="a"}', '{X,__name__="a"}'],
  ['a{b="c"} / on (up) group_left (x) d', 'a{X,b="c"} / on (up) group_left (x) d{X}'],
  ['sum by (up, le) (rate(a_bucket[5m]))', 'sum by (up, le) (rate(a_bucket{X}[5m]))'],
  ['sum(a) without (up)', 'sum(a{X}) without (up)'],
  ['max_over_time(a[15m:1m] offset 1h) or vector(0)', 'max_over_time(a{X}[15m:1m] offset 1h) or vector(0)'],
  ['predict_linear(a[4h], 4 * 3600) > 1e3', 'predict_linear(a{X}[4h], 4 * 3600) > 1e3'],
  ['a{b=~"up|}{"} and c unless bool', 'a{X,b=~"up|}{"} and c{X} unless bool'],
  ['a:b:c > bool 1 and Inf', 'a:b:c{X} > bool 1 and Inf'],
  ['a{} - b{c="d",}', 'a{X} - b{X,c="d",}'],
  ["a{b='up'}", "a{X,b='up'}"],
]

for (const [expression, narrowed] of cases)
  test(`every selector of ${expression} is narrowed, and nothing else`, () => {
    assert.equal(within(expression, 'X'), narrowed)
  })

test('a selector that is narrowed already says so', () => {
  assert.deepEqual(
    selectorsOf('rate(a{X,b="c"}[5m])').map(({ metric, matchers }) => [metric, matchers]),
    [['a', 'X,b="c"']],
  )
})

test('a brace that is left open is an error', () => {
  assert.throws(() => selectorsOf('a{b="c"'), SyntaxError)
})
