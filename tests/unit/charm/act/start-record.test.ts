// What is on record of a start, wherever the hook that begins it ends, and the machine with it.

import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { confirmStart, noteBegun, readBegun } from '../../../../src/charm/act/start-record.ts'
import { exists } from '../../../../src/machine/file.ts'
import { loadedPath, refusedPath } from '../../../../src/charm/layout.ts'
import { openStandIns } from '../../machine/stand-in.ts'
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

test('what a start came back from is refused once the way back serves, and not where it serves itself', async () => {
  const folder = await mkdtemp(`${tmpdir()}/start-record-`)
  using machine = openStandIns()
  machine.add('systemctl', 'echo LoadState=loaded; echo InvocationID=3')
  try {
    const workload = workloadIn(folder)
    const refuses = { settings: 'others', words: 'invalid value', at: 2 }
    const tried = { ...loading, settings: 'others' }
    await noteBegun(workload, { loading: tried, before: '1', at: 1, refuses })
    await confirmStart(workload)
    assert.ok(!(await exists(refusedPath(workload))))
    await noteBegun(workload, { loading, before: '2', at: 2, refuses })
    assert.ok(!(await exists(refusedPath(workload))), 'not before it serves')
    await confirmStart(workload)
    assert.deepEqual(JSON.parse(await readFile(refusedPath(workload), 'utf8')), refuses)
    assert.equal(await readBegun(workload), undefined)
  } finally {
    await rm(folder, { recursive: true })
  }
})
