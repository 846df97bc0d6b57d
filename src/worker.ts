// The process of work that outlives a hook: `node dist/worker.cjs backup ORDER`. What it is asked to do is in a file that it removes before
// it does anything else, since keys are in it. Like main.ts and run.ts, it owns the clock, the environment and the exit.

import { readFile, rm } from 'node:fs/promises'
import { takeBackup } from './charm/work/take-backup.ts'
import type { Work } from './charm/work/work.ts'

const works: Readonly<Record<string, (work: Work) => Promise<void>>> = { backup: takeBackup }

async function main([kind = '', path = '']: readonly string[]): Promise<void> {
  const order = await readFile(path, 'utf8')
  await rm(path)
  const work = works[kind]
  if (!work) throw new Error(`there is no work named ${kind}`)
  const ends = new AbortController()
  process.on('SIGTERM', () => ends.abort(new Error('it was ended from outside')))
  await work({ order, now: Date.now, ends: ends.signal })
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
