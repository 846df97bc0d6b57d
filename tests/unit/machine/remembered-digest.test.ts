import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { digestOf } from '../../../src/machine/file.ts'
import { recallDigest, rememberedDigestOf } from '../../../src/machine/remembered-digest.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digest-test-'))
  await writeFile(join(folder, 'tarball'), 'one')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const ask = (): Promise<string> => rememberedDigestOf(join(folder, 'tarball'), join(folder, 'state/record'))

describe('the digest of a file that nobody has written to', () => {
  it('is not read from the file again', async () => {
    const digest = await ask()
    assert.equal(digest, await digestOf(join(folder, 'tarball')))
    // Whoever reads the file would find another digest than this.
    const record = join(folder, 'state/record')
    const text = await readFile(record, 'utf8')
    await writeFile(record, text.replace(digest, 'remembered'))
    assert.equal(await ask(), 'remembered')
    assert.equal((await stat(record)).mode & 0o7777, 0o600)
  })

  it('is found again where the record is rubbish', async () => {
    const digest = await ask()
    await writeFile(join(folder, 'state/record'), '{"identity":')
    assert.equal(await ask(), digest)
  })
})

describe('a file that was written to, or replaced', () => {
  it('is read, though it has its old size and date', async () => {
    await ask()
    const { atime, mtime } = await stat(join(folder, 'tarball'))
    await writeFile(join(folder, 'tarball'), 'two')
    await utimes(join(folder, 'tarball'), atime, mtime)
    assert.equal(await ask(), await digestOf(join(folder, 'tarball')))
  })

  it('is read, though the new one has the same content, size and date', async () => {
    const before = await ask()
    await copyFile(join(folder, 'tarball'), join(folder, 'other'))
    await rename(join(folder, 'other'), join(folder, 'tarball'))
    assert.equal(await ask(), before)
    await writeFile(join(folder, 'other'), 'two')
    await rename(join(folder, 'other'), join(folder, 'tarball'))
    assert.notEqual(await ask(), before)
  })
})

describe('the digest of the file that was asked for last', () => {
  const recall = (): Promise<string | undefined> => recallDigest(join(folder, 'state/record'))

  it('is recalled while nobody has written to the file', async () => {
    assert.equal(await recall(), undefined)
    const digest = await ask()
    assert.equal(await recall(), digest)
    await writeFile(join(folder, 'tarball'), 'two')
    assert.equal(await recall(), undefined)
  })

  it('is not recalled where the file or the record is gone, or rubbish', async () => {
    await ask()
    await rm(join(folder, 'tarball'))
    assert.equal(await recall(), undefined)
    await writeFile(join(folder, 'state/record'), '{"path":')
    assert.equal(await recall(), undefined)
  })
})
