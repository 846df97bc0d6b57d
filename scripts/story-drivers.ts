// Which stories run on a controller, and why the others can't: the lists in tests/stories/README.md, from what each file imports and
// what its first line says. A story that says neither, or lists that are old, are red; FIX=1 writes them.

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { runsOnAnyDriver } from './import-rules.ts'

const readme = 'tests/stories/README.md'
const begin = '<!-- Written by `make docs FIX=1` from the stories themselves. -->'
const end = '<!-- So far. -->'

export interface Row {
  readonly file: string
  /** Why it runs on the emulator alone; `undefined` where a controller runs it. */
  readonly why: string | undefined
  /** What some of its steps need that a controller lacks, or a second model, or another charm. */
  readonly needs: readonly string[]
}

export function rowOf(file: string, source: string): Row {
  const listed = [...source.matchAll(/\bneeds: (?:readonly )?\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([\w-]+)'/g)].map(([, need = '']) => need),
  )
  const shown = [...source.matchAll(/whereShown\('([\w-]+)'/g)].map(([, need = '']) => need)
  const [, why] = /^\/\/ On the emulator alone: (.+?)\.?$/m.exec(source.split('\n', 1)[0] ?? '') ?? []
  return { file, why, needs: [...new Set([...listed, ...shown])].sort() }
}

/** What is wrong with a story's first line, in words. */
export function complaints({ file, why }: Row, source: string): readonly string[] {
  const any = runsOnAnyDriver(source)
  if (any && why !== undefined) return [`${file} runs on a controller, and its first line says that it can't`]
  if (any || why !== undefined) return []
  return [
    `${file} imports no driver/story.ts: begin with that, or say why not in the first line (// On the emulator alone: …), and make docs FIX=1`,
  ]
}

export function printLists(rows: readonly Row[]): string {
  const name = ({ file }: Row): string => `\`${file.replace(/^tests\/stories\/|\.test\.ts$/g, '')}\``
  const any = rows.filter(({ why }) => why === undefined)
  const alone = rows.filter(({ why }) => why !== undefined)
  const needing = (row: Row): string =>
    row.needs.length > 0 ? `: some of it needs ${row.needs.join(', ')}` : ''
  return `${any.length} files run on a controller:

${any.map((row) => `- ${name(row)}${needing(row)}`).join('\n')}

${alone.length} files run on the emulator alone:

${alone.map((row) => `- ${name(row)}: ${row.why}`).join('\n')}`
}

if (import.meta.main) {
  const files = globSync(['tests/stories/*.test.ts', 'tests/stories/chaos/*.test.ts']).sort()
  const read = files.map((file) => ({ file, source: readFileSync(file, 'utf8') }))
  const rows = read.map(({ file, source }) => rowOf(file, source))
  const wrong = read.flatMap(({ source }, at) =>
    rows.slice(at, at + 1).flatMap((row) => complaints(row, source)),
  )
  const text = readFileSync(readme, 'utf8')
  const [from, until] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || until < from) throw new Error(`${readme} has no place for the lists`)
  const wanted = `${text.slice(0, from)}${begin}\n\n${printLists(rows)}\n\n${text.slice(until)}`
  if (process.env.FIX) writeFileSync(readme, wanted)
  else if (wanted !== text) wrong.push(`${readme} is old; make docs FIX=1 writes it`)
  for (const line of wrong) console.error(line)
  process.exit(wrong.length > 0 ? 1 : 0)
}
