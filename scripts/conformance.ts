// The conformance table: every case of tests/stories/cases.yaml and the stories whose titles name it, as
// docs/reference/conformance.md. A case without a story, a title that names no case, or a table that is old is red; FIX=1 writes.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod/mini'

const data = 'tests/stories/cases.yaml'
const table = 'docs/reference/conformance.md'

/** What must hold, by the case's name. */
type Catalogue = Readonly<Record<string, string>>

export interface Story {
  readonly id: string
  readonly title: string
  readonly file: string
}

/** A title is a string that ends with cases in brackets, `(C14, C20)`; sections of other papers (5.20) may stand beside them. */
const titlePattern = /(['"`])((?:(?!\1|\\).)+?) \(((?:[CN]\d\d|\d+\.\d+)(?:, (?:[CN]\d\d|\d+\.\d+))*)\)\1/g

export function storiesIn(file: string, source: string): readonly Story[] {
  return [...source.matchAll(titlePattern)].flatMap(([, , text = '', ids = '']) =>
    ids
      .split(', ')
      .filter((id) => /^[CN]/.test(id))
      .map((id) => ({ id, title: text.replace(/\$\{[^}]*\}/g, '…'), file })),
  )
}

/** What is wrong between cases and stories, in words. */
export function complaints(cases: Catalogue, stories: readonly Story[]): readonly string[] {
  const shown = new Set(stories.map(({ id }) => id))
  const unknown = stories.filter(({ id }) => !Object.hasOwn(cases, id))
  return [
    ...unknown.map(({ id, title, file }) => `${file}: «${title}» names ${id}, which ${data} does not know`),
    ...Object.keys(cases)
      .filter((id) => !shown.has(id))
      .map((id) => `${id} has no story: name it in the title of the one that shows it`),
  ]
}

export function printTable(cases: Catalogue, stories: readonly Story[]): string {
  const rows = Object.entries(cases).map(([id, text]) => {
    const shown = stories
      .filter((story) => story.id === id)
      .map(({ title, file }) => `${title} (${link(file)})`)
    return `| ${[id, text, shown.join('<br>')].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `# Conformance of the etcd_client provider

<!-- Made by scripts/conformance.ts from ${data} and the titles of the tests: \`make docs FIX=1\` writes it. -->

C: covered by libraries and providers in the field. N: covered nowhere else. \`make stories\` runs what is named here.

| Case | What must hold | Shown by |
| --- | --- | --- |
${rows.join('\n')}
`
}

function link(file: string): string {
  return `[${file.replace(/^.*\//, '')}](../../${file})`
}

if (import.meta.main) {
  const catalogue = z.record(z.string(), z.string()).parse(parse(readFileSync(data, 'utf8')))
  const files = readdirSync('tests', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('conformance.test.ts'))
    .map((name) => `tests/${name}`)
    .sort()
  const stories = files.flatMap((file) => storiesIn(file, readFileSync(file, 'utf8')))
  const wrong = [...complaints(catalogue, stories)]
  const wanted = printTable(catalogue, stories)
  if (process.env.FIX) writeFileSync(table, wanted)
  else if (readFileSync(table, 'utf8') !== wanted) wrong.push(`${table} is old; make docs FIX=1 writes it`)
  for (const line of wrong) console.error(line)
  process.exit(wrong.length > 0 ? 1 : 0)
}
