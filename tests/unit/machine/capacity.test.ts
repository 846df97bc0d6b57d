import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readCapacity, sizeOf } from '../../../src/machine/capacity.ts'
import { run } from '../../../src/machine/process.ts'

describe('the capacity of a machine', () => {
  it('is what its own tools tell', async () => {
    const found = await readCapacity(tmpdir())
    const disk = await run('df', ['--block-size=1', '--output=size', tmpdir()])
    assert.equal(found?.diskBytes, Number(disk.split('\n')[1]))
    const [, kilobytes] = /MemTotal:\s+(\d+)/.exec(await run('cat', ['/proc/meminfo'])) ?? []
    assert.ok(found && found.memoryBytes > 0 && found.memoryBytes <= Number(kilobytes) * 1024)
  })

  it('is not known where the folder is not there', async () => {
    assert.equal(await readCapacity('/no/such/folder'), undefined)
  })
})

describe('the size of a file', () => {
  it('is 0 where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'size-'))
    assert.equal(await sizeOf(join(folder, 'db')), 0)
    await writeFile(join(folder, 'db'), 'four')
    assert.equal(await sizeOf(join(folder, 'db')), 4)
    await rm(folder, { recursive: true })
  })
})
