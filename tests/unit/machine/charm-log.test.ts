import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { addToCharmLog } from '../../../src/machine/charm-log.ts'

async function folderOf(t: TestContext): Promise<string> {
  const above = await mkdtemp(join(tmpdir(), 'charm-log-'))
  t.after(() => rm(above, { recursive: true }))
  return join(above, 'log')
}

test('lines are added, in a folder that is made where it is missing', async (t) => {
  const folder = await folderOf(t)
  await addToCharmLog('one\n', folder)
  await addToCharmLog('two\n', folder)
  const path = join(folder, 'charm.log')
  assert.equal(await readFile(path, 'utf8'), 'one\ntwo\n')
  assert.equal((await stat(path)).mode & 0o007, 0)
})

test('it stays within bounds, and what was before lies under a name that collectors pass over', async (t) => {
  const folder = await folderOf(t)
  const line = `${'x'.repeat(999_999)}\n`
  for (let count = 0; count < 12; count += 1) await addToCharmLog(line, folder)
  const sizes = await Promise.all(
    ['charm.log', 'charm.log.1'].map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  assert.ok(Math.max(...sizes) <= 5_000_000, sizes.join(' '))
  assert.ok((sizes[1] ?? 0) > 0)
  await addToCharmLog('last\n', folder)
  assert.match(await readFile(join(folder, 'charm.log'), 'utf8'), /last\n$/)
})

test('nothing is written through a link, and a hook does not fail by its log', async (t) => {
  const folder = await folderOf(t)
  await addToCharmLog('one\n', folder)
  const elsewhere = join(folder, 'elsewhere')
  await writeFile(elsewhere, 'mine')
  await rm(join(folder, 'charm.log'))
  await symlink(elsewhere, join(folder, 'charm.log'))
  await addToCharmLog('two\n', folder)
  assert.equal(await readFile(elsewhere, 'utf8'), 'mine')
  await addToCharmLog('three\n', join(elsewhere, 'below'))
})
