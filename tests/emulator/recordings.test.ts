// Every answer that the emulator gives otherwise than Juju 4.0.14 did is in recordings/differences.txt: the list changes knowingly or not at
// all. `WRITE=1` writes it.

import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { replay } from './replay.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const file = join(import.meta.dirname, 'recordings/differences.txt')

test('what a charm asked of Juju 4.0.14 is answered alike, but for what is listed', async (t) => {
  const found = await replay(options)
  t.diagnostic(`${found.length} answers differ`)
  const text = `${found.join('\n')}\n`
  if (process.env.WRITE) await writeFile(file, text)
  assert.equal(text, await readFile(file, 'utf8'))
})

test('every row of the recordings has a test by its number', async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.test.ts'))
  const texts = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), 'utf8')))
  const told = texts
    .flatMap((text) => [...text.matchAll(/test\(\s*['`]rows? ([\d, and]+):/g)])
    .flatMap(([, numbers = '']) => [...numbers.matchAll(/\d+/g)].map(Number))
  const missing = Array.from({ length: 36 }, (_, at) => at + 1).filter((row) => !told.includes(row))
  assert.deepEqual(missing, [])
})
