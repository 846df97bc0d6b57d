// What a founding left behind goes with the data that makes way.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { moveCopy } from '../../../../src/charm/act/set-data-aside.ts'
import { asidePath, newClusterPaths } from '../../../../src/charm/layout.ts'
import { countAside } from '../../../../src/charm/observe/aside.ts'
import { workloadIn } from './workload-in.ts'

test('a copy that is whole is kept, an unfinished one is not, and neither counts as data of the unit any more', async () => {
  const folder = await mkdtemp(`${tmpdir()}/set-aside-`)
  try {
    const workload = workloadIn(folder)
    const { draft, whole } = newClusterPaths(workload)
    const aside = asidePath(workload, 0)
    for (const path of [`${draft}/member`, `${whole}/member`, aside]) await mkdir(path, { recursive: true })
    assert.equal(await countAside(folder), 0)
    for (let time = 0; time < 2; time += 1) await moveCopy(workload, aside)
    assert.deepEqual(
      [await readdir(folder), await readdir(aside)],
      [[aside.slice(folder.length + 1)], ['founded']],
    )
    assert.equal(await countAside(folder), 1)
  } finally {
    await rm(folder, { recursive: true })
  }
})
