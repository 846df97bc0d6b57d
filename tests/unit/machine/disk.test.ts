// What a disk is to blame for is told with its folder and the remedy; all else stays what it is.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readTextIfExists } from '../../../src/machine/file.ts'
import { conditionOf } from '../../../src/charm/outcome.ts'
import { shown, statusOf } from '../../../src/charm/status.ts'
import { DiskFailed, onDisk } from '../../../src/machine/disk.ts'

const failing = (code: string): Promise<never> =>
  Promise.reject(Object.assign(new Error('of Node'), { code }))

describe('a disk that fails', () => {
  it('is named by its folder, in words and with a remedy, and blocks', async () => {
    for (const [code, words] of [
      ['ENOSPC', 'the disk is full (ENOSPC): /var/lib/x; make room there'],
      ['EROFS', 'the disk takes no writes (EROFS): /var/lib/x; '],
      ['EIO', 'the disk fails (EIO): /var/lib/x; '],
    ] as const) {
      const error: unknown = await onDisk('/var/lib/x', failing(code)).catch((cause: unknown) => cause)
      assert.ok(error instanceof DiskFailed && error.message.startsWith(words), String(error))
      assert.deepEqual(conditionOf(error), { status: 'blocked', message: error.message, scope: 'unit' })
    }
  })

  it('is told with what is wrong and the remedy where a status is cut, however long its path', async () => {
    const path = `/var/snap/charmed-etcd/common/${'folder/'.repeat(12)}etcd`
    const error: unknown = await onDisk(path, failing('EROFS')).catch((cause: unknown) => cause)
    const condition = conditionOf(error)
    assert.ok(condition)
    const other = { ...condition, status: 'waiting', message: 'x' } as const
    const seen = statusOf([condition, other]).message.slice(0, shown)
    assert.match(
      seen,
      /^the disk takes no writes \(EROFS\):.*; look for the reason in dmesg.* \(\+1 more: run status\)/,
    )
  })

  it('keeps the innermost folder, and what is no disk’s fault as it is', async () => {
    await assert.rejects(
      onDisk('/outer', onDisk('/inner', failing('ENOSPC'))),
      /^DiskFailed: the disk is full \(ENOSPC\): \/inner;/,
    )
    for (const code of ['ERR_INVALID_ARG_TYPE', 'ABORT_ERR'])
      await assert.rejects(onDisk('/x', failing(code)), { name: 'Error', code })
  })
})

describe('a file that can not be used', () => {
  it('is told in Node’s words, with its folder, also where nobody had thought of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'disk-test-'))
    const path = join(folder, 'none')
    const error: unknown = await readFile(path).catch((cause: unknown) => cause)
    for (const failed of [error, await onDisk(path, Promise.reject(error)).catch((cause: unknown) => cause)])
      assert.deepEqual(conditionOf(failed), {
        status: 'blocked',
        message: `${path} can't be used: ENOENT: no such file or directory, open '${path}'; put that right on the machine`,
        scope: 'unit',
      })
    const isFolder: unknown = await readTextIfExists(folder).catch((cause: unknown) => cause)
    assert.match(String(isFolder), /^DiskFailed: \S+ can't be used: EISDIR: /)
    assert.ok(String(isFolder).includes(folder))
    await rm(folder, { recursive: true })
  })

  it('is not what a program is that does not run, nor a connection', async () => {
    const child = spawn('/none/at/all')
    const [unstarted] = await once(child, 'error')
    assert.equal(conditionOf(unstarted), undefined)
    const [refused] = await once(connect(1, '127.0.0.1'), 'error')
    assert.equal(conditionOf(refused), undefined)
  })
})
