import assert from 'node:assert/strict'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { assertRoom, NoRoom } from '../../../src/machine/room.ts'

let folder = ''
let free = 0
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'room-test-'))
  const { bavail, bsize } = await statfs(folder)
  free = bavail * bsize
})
after(() => rm(folder, { recursive: true, force: true }))

describe('room on a disk', () => {
  it('is there for what fits, and for nothing', async () => {
    await assertRoom([{ folder, bytes: 1 }])
    await assertRoom([])
  })

  it('is looked for on the disk that a folder will be on, if it is not there yet', async () => {
    const error = await assertRoom([{ folder: join(folder, 'a/b'), bytes: free * 2 }]).catch(
      (found: unknown) => found,
    )
    assert.ok(error instanceof NoRoom)
    assert.deepEqual([error.folder, error.needed], [folder, free * 2])
    assert.ok(error.free > 0)
  })

  it('is added up for folders on one disk', async () => {
    const bytes = free * 0.7
    await assertRoom([{ folder, bytes }])
    await assert.rejects(
      assertRoom([
        { folder, bytes },
        { folder: join(folder, 'other'), bytes },
      ]),
      NoRoom,
    )
  })
})
