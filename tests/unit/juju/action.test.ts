// What an action prints goes as arguments of a program, of which each has a bound.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { openActions } from '../../../src/juju/action.ts'
import type { HookTools } from '../../../src/juju/hook-tool.ts'

test('a result that is too long for an argument is cut and says so; others go as they are', async () => {
  const run: string[] = []
  const tools: HookTools = {
    calls: [],
    runJson: () => Promise.reject(new Error('nothing is read')),
    async run(_tool, args) {
      run.push(...args)
      // As Linux bounds it: E2BIG otherwise.
      return execFileSync('true', args).toString()
    },
  }
  const actions = openActions(tools)
  await actions.actionSet({ short: 'a\nb', long: 'ä'.repeat(100_000) })
  await actions.actionFail('x'.repeat(140_000))
  await actions.actionFail('-x is no file')
  const [short, long = '', ...failed] = run
  assert.equal(short, 'short=a\nb')
  assert.match(long, /^long=ä+\n\.\.\. and \d+ more bytes, which are not printed$/)
  assert.deepEqual(
    [failed[0], ...failed.slice(2)],
    ['--', '--', '-x is no file'],
    'no words are taken for flags',
  )
  assert.match(failed[1] ?? '', /^x+\n\.\.\. and 10100 more bytes, which are not printed$/)
})
