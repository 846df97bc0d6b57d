import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complaints, printLists, rowOf } from '../../../scripts/story-drivers.ts'

const any = `// A story.
import { story } from './driver/story.ts'
story('one', { needs: ['cross-model'] }, async ({ step, whereShown }) => {
  await whereShown('journal', look)
  await step('two', look, { needs: ['journal', 'faults'] })
})
`
const alone = `// On the emulator alone: hooks are killed.
// A test.
import { openWorld } from './world.ts'
`

test('a story is on any driver by its import, or says in its first line why not', () => {
  assert.deepEqual(rowOf('a', any), {
    file: 'a',
    why: undefined,
    needs: ['cross-model', 'faults', 'journal'],
  })
  assert.deepEqual(rowOf('b', alone), { file: 'b', why: 'hooks are killed', needs: [] })
  assert.deepEqual(complaints(rowOf('a', any), any), [])
  assert.deepEqual(complaints(rowOf('b', alone), alone), [])
})

test('one that says neither, or both, is named with the remedy', () => {
  const neither = alone.replace(/^.*\n/, '')
  assert.match(
    complaints(rowOf('c', neither), neither).join(),
    /^c imports no driver\/story.ts: .* first line/,
  )
  const both = `// On the emulator alone: hooks are killed.\n${any}`
  assert.match(complaints(rowOf('d', both), both).join(), /^d runs on a controller, and its first line says/)
})

test('the lists have each story once, with what it needs or why it stays', () => {
  const lists = printLists([
    rowOf('tests/stories/a.test.ts', any),
    rowOf('tests/stories/chaos/b.test.ts', alone),
  ])
  assert.match(lists, /^1 files run on a controller/)
  assert.match(lists, /^- `a`: some of it needs cross-model, faults, journal$/m)
  assert.match(lists, /^- `chaos\/b`: hooks are killed$/m)
})
