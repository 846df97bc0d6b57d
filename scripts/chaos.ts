// `make chaos`: every disturbance, for each number of members and each seed (MEMBERS="3 5" SEEDS="1 2 3" ONLY=regexp). Writes
// bench/chaos.json and prints it as a table; of what fails, the seed and the one command that repeats it.

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import * as z from 'zod/mini'

const row = z.object({
  name: z.string(),
  members: z.number(),
  seed: z.number(),
  runs: z.number(),
  acknowledged: z.number(),
  failed: z.number(),
  longestGapMs: z.number(),
})
type Row = z.infer<typeof row>

const words = (text: string | undefined, usual: string): readonly string[] =>
  (text || usual).trim().split(/\s+/)
const only = process.env.ONLY ?? ''
const log = join(await mkdtemp(join(tmpdir(), 'chaos-')), 'rows')
const failures: string[] = []

async function run(members: string, seed: string): Promise<void> {
  const env = { CHAOS_MEMBERS: members, SEED: seed, CHAOS_LOG: log, CHAOS_ONLY: only }
  // One after the other: each wants the machine for itself.
  const flags = [
    '--disable-warning=DEP0123',
    '--test',
    '--test-concurrency=1',
    'tests/stories/chaos/*.test.ts',
  ]
  const { exitCode } = await execa(process.execPath, flags, { env, reject: false, stdio: 'inherit' })
  if (exitCode === 0) return
  const chosen = only === '' ? '' : ` ONLY='${only}'`
  failures.push(
    `seed ${seed}, ${members} members; repeat it with: make chaos MEMBERS=${members} SEEDS=${seed}${chosen}`,
  )
}

async function readRows(): Promise<readonly Row[]> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => row.parse(JSON.parse(line)))
}

for (const members of words(process.env.MEMBERS, '3 5'))
  for (const seed of words(process.env.SEEDS, '1 2 3')) await run(members, seed)

const rows = await readRows()
await writeFile('bench/chaos.json', `${JSON.stringify(rows, undefined, 2)}\n`)
console.log(
  '| disturbance | members | seed | failed requests | longest gap, ms | hook runs until settled |\n|---|---|---|---|---|---|',
)
for (const { name, members, seed, failed, longestGapMs, runs } of rows)
  console.log(`| ${name} | ${members} | ${seed} | ${failed} | ${longestGapMs} | ${runs} |`)
for (const failure of failures) console.error(`failed: ${failure}`)
process.exit(failures.length > 0 ? 1 : 0)
