import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { forgetCopies, readableByJuju } from '../../stories/driver/readable-by-juju.ts'

test('the confined juju gets a copy of what it could not read, any other juju the file itself', async () => {
  const [home, elsewhere] = [
    await mkdtemp(join(tmpdir(), 'home-')),
    await mkdtemp(join(tmpdir(), 'elsewhere-')),
  ]
  try {
    const outside = join(elsewhere, 'etcd.charm')
    await writeFile(outside, 'archive')
    const copy = await readableByJuju(outside, home, true)
    assert.ok(copy.startsWith(`${home}/snap/juju/common/`))
    assert.equal(await readFile(copy, 'utf8'), 'archive')
    await forgetCopies(home)
    await assert.rejects(readFile(copy), /ENOENT/)
    assert.equal(await readableByJuju(outside, home, false), outside)
    const inside = join(home, 'charms/etcd.charm')
    assert.equal(await readableByJuju(inside, home, true), inside)
    await assert.rejects(readableByJuju(join(home, '.cache/etcd.charm'), home, true), /ENOENT/)
  } finally {
    for (const folder of [home, elsewhere]) await rm(folder, { recursive: true })
  }
})
