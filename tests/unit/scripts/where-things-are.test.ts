import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const texts = ['README.md', 'CONTRIBUTING.md', ...inDocs('docs')]

function inDocs(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}

test('every file of the sources that the documents name is there', () => {
  const named = texts.flatMap((text) =>
    [
      ...readFileSync(text, 'utf8').matchAll(
        /\b(?:src|scripts|tests|bench)\/[\w./-]+\.(?:ts|yaml|md|json)\b/g,
      ),
    ].map(([path]) => ({ text, path })),
  )
  assert.ok(named.length > 40, `only ${named.length} names were found`)
  assert.deepEqual(
    named.filter(({ path }) => !existsSync(path)),
    [],
  )
})
