// The doubt about a member's data ends with a later start than the one that is in doubt, and no sooner.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { endDoubt } from '../../../../src/charm/act/claim-data.ts'
import { doubtPath, memberPath } from '../../../../src/charm/layout.ts'
import { exists } from '../../../../src/machine/file.ts'
import { workloadIn } from './workload-in.ts'

test('a start that was on its way before the doubt came up does not end it', async () => {
  const folder = await mkdtemp(`${tmpdir()}/doubt-`)
  try {
    const workload = workloadIn(folder)
    await endDoubt(workload, '1')
    await mkdir(memberPath(workload))
    await writeFile(doubtPath(workload), JSON.stringify({ invocation: '1' }))
    await endDoubt(workload, '1')
    assert.equal(await exists(doubtPath(workload)), true)
    await endDoubt(workload, '2')
    assert.equal(await exists(doubtPath(workload)), false)
  } finally {
    await rm(folder, { recursive: true })
  }
})
