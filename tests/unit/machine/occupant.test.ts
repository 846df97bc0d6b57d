import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { findOccupant, occupy } from '../../../src/machine/occupant.ts'

describe('a machine', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'occupant-test-'))
    await mkdir(join(folder, 'agents', 'unit-etcd-0'), { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const find = () => findOccupant(join(folder, 'state'), join(folder, 'agents'))

  it('is nobody’s before a unit installs etcd', async () => {
    assert.equal(await find(), undefined)
  })

  it('is the unit’s that installed etcd', async () => {
    await occupy(join(folder, 'state'), 'etcd/0')
    assert.equal(await find(), 'etcd/0')
  })

  it('is free again when Juju has no agent of that unit any more', async () => {
    await occupy(join(folder, 'state'), 'etcd/0')
    await rm(join(folder, 'agents', 'unit-etcd-0'), { recursive: true })
    assert.equal(await find(), undefined)
  })
})
