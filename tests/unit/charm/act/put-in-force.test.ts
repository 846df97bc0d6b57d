// What a restore put in force makes way again only while nobody can have gone on with it.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { isOnlyRestored, settleReplaced } from '../../../../src/charm/act/put-in-force.ts'
import { countAside } from '../../../../src/charm/observe/aside.ts'

const claim = (token: string): string => JSON.stringify({ token, generation: 2, unit: 'etcd/0' })
const year = 365 * 24 * 60 * 60

async function inFolder(body: (data: string, aside: string) => Promise<void>): Promise<void> {
  const data = await mkdtemp(`${tmpdir()}/put-in-force-`)
  const aside = `${data}/set-aside-2026-01-01T000000`
  try {
    for (const path of [`${data}/member/wal`, `${aside}/member`]) await mkdir(path, { recursive: true })
    await writeFile(`${data}/member/etcd-charm.json`, claim('new'))
    await writeFile(`${data}/member/wal/0-0.wal`, 'log')
    await writeFile(`${aside}/replaced.json`, '{"by":"new"}')
    await body(data, aside)
  } finally {
    await rm(data, { recursive: true })
  }
}

test('what was restored a moment ago is known for that, and what was served for a year is not', async () => {
  await inFolder(async (data, aside) => {
    assert.ok(await isOnlyRestored(`${data}/member`, aside))
    const then = Date.now() / 1000 - year
    await utimes(`${aside}/replaced.json`, then, then)
    assert.ok(!(await isOnlyRestored(`${data}/member`, aside)))
    // Never started: it was made before it took its place.
    await utimes(`${data}/member/wal/0-0.wal`, then - year, then - year)
    assert.ok(await isOnlyRestored(`${data}/member`, aside))
    await writeFile(`${data}/member/etcd-charm.json`, claim('another'))
    assert.ok(!(await isOnlyRestored(`${data}/member`, aside)))
  })
})

test('once it is settled the note is gone and the data stays; what comes back is not counted as kept', async () => {
  await inFolder(async (data, aside) => {
    assert.deepEqual([await countAside(data), await countAside(data, aside)], [1, 0])
    await settleReplaced([aside])
    assert.deepEqual(await readdir(aside), ['member'])
    assert.ok(!(await isOnlyRestored(`${data}/member`, aside)))
  })
})
