// docs/tutorial.md, done as it is written: each command in turn, and what it says that Juju then shows.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { perform } from './tutorial/perform.ts'

interface Told {
  readonly command: string
  /** Lines that must be in what is shown, with … for whatever. */
  readonly shown: readonly string[]
}

function readTutorial(): readonly Told[] {
  const blocks = [...readFileSync('docs/tutorial.md', 'utf8').matchAll(/```console\n([\s\S]*?)```/g)]
  return blocks
    .flatMap(([, text = '']) => text.split(/^\$ /m).filter((part) => part !== ''))
    .map((part) => {
      const [command = '', ...shown] = part.trimEnd().split('\n')
      return { command, shown }
    })
}

/** Whatever white space there is, and … for any text. */
function patternOf(line: string): RegExp {
  const words = line.trim().split(/\s+/)
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*'))
  return new RegExp(escaped.join('\\s*'), 's')
}

story('the tutorial is true, command by command', { ownModel: true }, async ({ model, step }) => {
  const told = readTutorial()
  assert.ok(told.length > 10)
  for (const { command, shown } of told) {
    await step(command, async () => {
      const said = await perform(model, command)
      await model.settle()
      for (const line of shown) assert.match(said, patternOf(line))
    })
  }
  await assertNoFailedHooks(model)
})
