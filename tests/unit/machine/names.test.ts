// What a machine is called does not change because its resolver is away for a moment.

import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { machineNames } from '../../../src/machine/names.ts'

const path = process.env.PATH ?? ''
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'names-'))
  process.env.PATH = `${folder}:${path}`
})
after(async () => {
  process.env.PATH = path
  await rm(folder, { recursive: true, force: true })
})

async function saying(script: string): Promise<void> {
  await writeFile(join(folder, 'hostname'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'hostname'), 0o755)
}

describe('the names of a machine', () => {
  it('are the full one and the short one', async () => {
    await saying('echo etcd-0.example.com.')
    assert.deepEqual(await machineNames(undefined), [...new Set(['etcd-0.example.com', hostname()])])
  })

  it('are those of before where nobody can tell', async () => {
    await saying('exit 1')
    assert.deepEqual(await machineNames(['etcd-0.example.com', 'etcd-0']), ['etcd-0.example.com', 'etcd-0'])
    assert.deepEqual(await machineNames(undefined), [hostname()])
  })

  it('are none that every machine has, and no addresses', async () => {
    await saying('echo localhost.localdomain')
    assert.deepEqual(await machineNames(undefined), [hostname()])
    await saying('echo 10.0.0.1')
    assert.deepEqual(await machineNames(undefined), [hostname()])
  })
})
