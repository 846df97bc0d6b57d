// Each way in which an attached file can be wrong, and that the message says which, and what to do.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Unpacked, unpackArchive } from '../../../src/machine/archive.ts'
import { etcdVersion } from '../etcd/etcd-server.ts'
import {
  builtForForeign,
  createTarball,
  foreign,
  otherProgram,
  packTree,
  realEtcd,
  tellingVersion,
  usualPrograms,
} from './tarball.ts'

const remedy = '; attach another with juju attach-resource APPLICATION etcd=FILE'
const small = { etcd: otherProgram(), etcdctl: otherProgram(), etcdutl: otherProgram() }

describe('a release tarball', () => {
  let folder = ''
  let count = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-test-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function unpack(archive: string): Promise<Unpacked> {
    count += 1
    const into = join(folder, `into-${count}`)
    await mkdir(into)
    return unpackArchive(archive, into, arch())
  }

  function refuses(archive: string, what: string): Promise<void> {
    return assert.rejects(unpack(archive), { name: 'BadArchive', message: what + remedy })
  }

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }

  it('of a release is unpacked and tells its version', async () => {
    const { version, folder: unpacked } = await unpack(
      createTarball(folder, 'good', { programs: usualPrograms() }),
    )
    assert.equal(version, await etcdVersion())
    assert.equal(unpacked, join(folder, `into-${count}`, 'etcd-v3-linux'))
  })

  it('may have a colon in its name, which is no other machine’s', async () => {
    const archive = createTarball(folder, 'host:file', { programs: { ...small } })
    await refuses(archive, 'etcd in the tarball does not tell its version')
  })

  it('is refused where it is empty', async () => {
    await refuses(await file('empty', ''), 'the tarball of etcd is empty')
  })

  it('is refused where it is not compressed, or something else altogether', async () => {
    await refuses(await file('page.html', '<html>'), 'what is attached as etcd is no gzip tarball')
    await refuses(await file('byte', 'x'), 'what is attached as etcd is no gzip tarball')
  })

  it('is refused where its end is missing', async () => {
    const bytes = await readFile(createTarball(folder, 'whole', { programs: small }))
    const damaged = 'the tarball of etcd is truncated or damaged: it does not unpack'
    await refuses(await file('short', bytes.subarray(0, bytes.length - 100)), damaged)
    await refuses(await file('no-sum', bytes.subarray(0, bytes.length - 8)), damaged)
  })

  it('is refused where its checksum is not its content’s', async () => {
    const bytes = await readFile(createTarball(folder, 'summed', { programs: small }))
    const at = bytes.length - 8
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at)
    await refuses(
      await file('wrong-sum', bytes),
      'the tarball of etcd is truncated or damaged: it does not unpack',
    )
  })

  it('is refused where it would write outside of its folder', async () => {
    const tree = join(folder, 'outside')
    await mkdir(tree)
    await writeFile(join(tree, 'escaped'), '')
    const archive = packTree(folder, 'escaping', tree, '-P', '--transform', 's,^\\./,../,')
    await refuses(archive, 'the tarball of etcd is truncated or damaged: it does not unpack')
    await assert.rejects(readFile(join(folder, 'escaped')), { code: 'ENOENT' })
  })

  it('is refused where a program is missing', async () => {
    const programs = { etcd: otherProgram(), etcdctl: otherProgram() }
    await refuses(
      createTarball(folder, 'two', { programs }),
      'the tarball of etcd has no etcdutl in etcd-v3-linux/',
    )
  })

  it('is refused where a program is a link to one of the machine’s', async () => {
    const top = join(folder, 'linked', 'etcd-v3-linux')
    await mkdir(top, { recursive: true })
    for (const name of ['etcd', 'etcdctl', 'etcdutl']) await symlink('/bin/true', join(top, name))
    const archive = packTree(folder, 'linked', join(folder, 'linked'))
    await refuses(archive, 'the tarball of etcd has no etcd in etcd-v3-linux/')
  })

  it('is refused where it holds no folder, or several', async () => {
    const tree = join(folder, 'flat')
    await mkdir(tree)
    for (const name of ['etcd', 'etcdctl']) await writeFile(join(tree, name), '')
    await refuses(
      packTree(folder, 'flat', tree),
      'the tarball of etcd holds no single folder, as a release does',
    )
  })

  it('is refused where a program is none', async () => {
    const programs = { ...small, etcdctl: Buffer.from('#!/bin/sh\necho "etcdctl version: 3.5.0"\n') }
    const what = `etcdctl in the tarball of etcd is no program for Linux, and this machine is ${arch()}`
    await refuses(createTarball(folder, 'script', { programs }), what)
  })

  it('is refused where it is for another architecture', async () => {
    const programs = { ...small, etcdutl: builtForForeign(otherProgram()) }
    const archive = createTarball(folder, 'foreign', { programs })
    await refuses(
      archive,
      `etcdutl in the tarball of etcd is built for ${foreign}, and this machine is ${arch()}`,
    )
  })

  it('is refused where its etcd is too old, or of another major version', async () => {
    const version = await etcdVersion()
    const [, minor = ''] = version.split('.')
    for (const other of ['3.4', `2.${minor}`]) {
      const told = version.replace(`3.${minor}`, other)
      const programs = { ...small, etcd: tellingVersion(realEtcd(), version, told) }
      const what = `the tarball holds etcd ${told}, and this charm runs 3.5 and newer versions of 3`
      await refuses(createTarball(folder, `old-${other}`, { programs }), what)
    }
  })

  it('is refused where its etcd fails', async () => {
    const programs = { ...small, etcd: readFileSync('/bin/false') }
    await refuses(
      createTarball(folder, 'failing', { programs }),
      'etcd in the tarball does not run on this machine',
    )
  })

  it('is refused, and not handed to the shell, where its etcd is a program by its first bytes only', async () => {
    const canary = join(folder, 'canary')
    const script = Buffer.from(`\n: > ${canary}\n`)
    const programs = { ...small, etcd: Buffer.concat([otherProgram().subarray(0, 64), script]) }
    const what = `etcd in the tarball of etcd is no program for Linux, and this machine is ${arch()}`
    await refuses(createTarball(folder, 'hollow', { programs }), what)
    await assert.rejects(readFile(canary), { code: 'ENOENT' })
  })
})
