// What is on record of a start, wherever the hook that begins it ends, and the machine with it.

import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { confirmStart, noteBegun, readBegun } from '../../../../src/charm/act/start-record.ts'
import { loadedPath } from '../../../../src/charm/layout.ts'
import { workloadIn } from './workload-in.ts'

const loading = { version: '3.6.4', configuration: 'c', authorities: 'a', leaves: [], guarded: true }

test('of a start that was cut off half way nobody says what it read, nor what ran before it', async () => {
  const folder = await mkdtemp(`${tmpdir()}/start-record-`)
  try {
    const workload = workloadIn(folder)
    await mkdir(workload.paths.state)
    await writeFile(loadedPath(workload), JSON.stringify(loading))
    await noteBegun(workload, { loading, before: '1', at: 1, halfway: true })
    await confirmStart(workload)
    assert.deepEqual([await readBegun(workload), await readdir(workload.paths.state)], [undefined, []])
  } finally {
    await rm(folder, { recursive: true })
  }
})
