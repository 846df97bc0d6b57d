import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  digestOf,
  giveFolder,
  isGiven,
  makeDirectory,
  readBytesIfExists,
  readFacts,
  readTextIfExists,
  removeFile,
  writeFileAtomic,
} from '../../../src/machine/file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777
}

describe('writing a file', () => {
  it('gives it its content and its mode, whatever the umask', async () => {
    const path = join(folder, 'key')
    const umask = process.umask(0o077)
    try {
      assert.equal(await writeFileAtomic(path, 'text', { mode: 0o644 }), true)
    } finally {
      process.umask(umask)
    }
    assert.equal(await readFile(path, 'utf8'), 'text')
    assert.equal(await modeOf(path), 0o644)
  })

  it('leaves nothing else in the folder', async () => {
    await writeFileAtomic(join(folder, 'key'), 'text', { mode: 0o600 })
    assert.deepEqual(await readdir(folder), ['key'])
  })

  it('does not touch a file that is as it should be', async () => {
    const path = join(folder, 'key')
    await writeFileAtomic(path, 'text', { mode: 0o600 })
    await utimes(path, 1, 1)
    assert.equal(await writeFileAtomic(path, 'text', { mode: 0o600 }), false)
    assert.equal((await stat(path)).mtimeMs, 1000)
  })

  it('mends a mode that lets others read, content being the same', async () => {
    const path = join(folder, 'key')
    await writeFile(path, 'text')
    await chmod(path, 0o644)
    assert.equal(await writeFileAtomic(path, 'text', { mode: 0o600 }), true)
    assert.equal(await modeOf(path), 0o600)
  })

  it('gives it to its owner', async () => {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    const path = join(folder, 'key')
    assert.equal(await writeFileAtomic(path, 'text', { mode: 0o600, owner }), true)
    assert.equal(await writeFileAtomic(path, 'text', { mode: 0o600, owner }), false)
    const { uid, gid } = await stat(path)
    assert.deepEqual({ uid, gid }, owner)
  })

  it('keeps the old content, and leaves nothing behind, where the new one can’t be put in place', async () => {
    const path = join(folder, 'taken')
    await makeDirectory(join(path, 'by-a-folder'), { mode: 0o700 })
    await assert.rejects(writeFileAtomic(path, 'text', { mode: 0o600 }))
    assert.deepEqual(await readdir(folder), ['taken'])
    assert.deepEqual(await readdir(path), ['by-a-folder'])
  })

  it('replaces a link and does not write through it', async () => {
    const target = join(folder, 'target')
    await writeFile(target, 'kept')
    await symlink(target, join(folder, 'key'))
    await writeFileAtomic(join(folder, 'key'), 'text', { mode: 0o600 })
    assert.equal(await readFile(target, 'utf8'), 'kept')
    assert.equal(await readFile(join(folder, 'key'), 'utf8'), 'text')
  })

  it('writes bytes as they are', async () => {
    const bytes = Uint8Array.of(0, 0xff, 0x80)
    await writeFileAtomic(join(folder, 'der'), bytes, { mode: 0o600 })
    assert.deepEqual(await readBytesIfExists(join(folder, 'der')), Buffer.from(bytes))
  })
})

describe('reading a file', () => {
  it('that is not there, or whose folder is none, gives nothing', async () => {
    await writeFile(join(folder, 'file'), '')
    for (const name of ['missing', 'missing/deeper', 'file/deeper']) {
      assert.equal(await readTextIfExists(join(folder, name)), undefined)
      assert.equal(await readBytesIfExists(join(folder, name)), undefined)
      assert.deepEqual(await readFacts(join(folder, name)), { exists: false })
    }
  })

  it('that can’t be read is a failure, not an absence', async () => {
    await assert.rejects(readTextIfExists(folder), { code: 'EISDIR' })
  })

  it('tells its digest and its rights', async () => {
    const path = join(folder, 'file')
    await writeFileAtomic(path, 'text', { mode: 0o640 })
    await utimes(path, 1, 1)
    const digest = createHash('sha256').update('text').digest('hex')
    const { uid, gid } = await stat(path)
    assert.deepEqual(await readFacts(path), { exists: true, digest, mode: 0o640, uid, gid, mtime: 1000 })
    assert.equal(await digestOf(path), digest)
  })
})

describe('making a folder', () => {
  it('makes its parents for all to pass and the folder for its owner alone', async () => {
    await makeDirectory(join(folder, 'a', 'b'), { mode: 0o700 })
    assert.equal(await modeOf(join(folder, 'a')), 0o755)
    assert.equal(await modeOf(join(folder, 'a', 'b')), 0o700)
  })

  it('mends the rights of one that is there', async () => {
    await makeDirectory(join(folder, 'a'), { mode: 0o755 })
    await makeDirectory(join(folder, 'a'), { mode: 0o700 })
    assert.equal(await modeOf(join(folder, 'a')), 0o700)
  })

  it('names what stands in its place', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    await assert.rejects(makeDirectory(path, { mode: 0o700 }), {
      message: `${path} is not a folder; move it away, and the charm makes one`,
    })
  })
})

describe('giving a folder', () => {
  it('gives what is in it these rights, follows no link, and is seen to be done', async () => {
    const [keys, outside] = [join(folder, 'keys'), join(folder, 'outside')]
    await makeDirectory(join(keys, 'inner'), { mode: 0o755 })
    for (const path of [join(keys, 'a'), join(keys, 'inner', 'b'), outside]) await writeFile(path, '')
    await chmod(join(keys, 'a'), 0o000)
    await chmod(outside, 0o644)
    await symlink(outside, join(keys, 'link'))
    const { uid, gid } = await stat(keys)
    const rights = { owner: { uid, gid }, mode: 0o600 }
    assert.equal(await isGiven(keys, rights), false)
    await giveFolder(keys, rights)
    assert.equal(await isGiven(keys, rights), true)
    const modes = await Promise.all(
      ['.', 'a', 'inner', 'inner/b', 'link'].map((name) => modeOf(join(keys, name))),
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o700, 0o600, 0o644])
  })

  it('is done where there is none', async () => {
    const rights = { owner: { uid: 0, gid: 0 } }
    assert.equal(await isGiven(join(folder, 'none'), rights), true)
    await giveFolder(join(folder, 'none'), rights)
  })
})

describe('removing a file', () => {
  it('is done where it is not there', async () => {
    await writeFile(join(folder, 'file'), '')
    for (const _time of [1, 2]) await removeFile(join(folder, 'file'))
    assert.deepEqual(await readdir(folder), [])
  })
})
