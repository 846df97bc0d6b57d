// What a disk is to blame for is told with its folder and the remedy; all else stays what it is.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conditionOf } from '../../../src/charm/outcome.ts'
import { DiskFailed, onDisk } from '../../../src/machine/disk.ts'

const failing = (code: string): Promise<never> =>
  Promise.reject(Object.assign(new Error('of Node'), { code }))

describe('a disk that fails', () => {
  it('is named by its folder, in words and with a remedy, and blocks', async () => {
    for (const [code, words] of [
      ['ENOSPC', 'the disk of /var/lib/x is full (ENOSPC); make room there'],
      ['EROFS', 'the disk of /var/lib/x takes no writes (EROFS); '],
      ['EIO', 'the disk of /var/lib/x fails (EIO); '],
    ] as const) {
      const error: unknown = await onDisk('/var/lib/x', failing(code)).catch((cause: unknown) => cause)
      assert.ok(error instanceof DiskFailed && error.message.startsWith(words), String(error))
      assert.deepEqual(conditionOf(error), { status: 'blocked', message: error.message, scope: 'unit' })
    }
  })

  it('keeps the innermost folder, and what is no disk’s fault as it is', async () => {
    await assert.rejects(
      onDisk('/outer', onDisk('/inner', failing('ENOSPC'))),
      /^DiskFailed: the disk of \/inner /,
    )
    const error: unknown = await onDisk('/x', failing('EACCES')).catch((cause: unknown) => cause)
    assert.ok(error instanceof Error && !(error instanceof DiskFailed))
    assert.equal(conditionOf(error), undefined)
  })
})
