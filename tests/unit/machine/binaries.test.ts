import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { installBinaries, letRun, putNextInForce, putPreviousInForce } from '../../../src/machine/binaries.ts'
import { digestOf } from '../../../src/machine/file.ts'
import { type Release, readInstalledBinaries } from '../../../src/machine/installed-binaries.ts'
import { run } from '../../../src/machine/process.ts'
import { etcdVersion } from '../etcd/etcd-server.ts'
import { openStandIns, type StandIns } from './stand-in.ts'
import { createTarball } from './tarball.ts'

describe('installing binaries', () => {
  let store = ''
  let version = ''
  const tarballs: string[] = []
  let folder = ''
  let releases = ''
  let machine: StandIns

  before(async () => {
    store = await mkdtemp(join(tmpdir(), 'tarballs-'))
    version = await etcdVersion()
    for (const name of ['first', 'second', 'third']) tarballs.push(createTarball(store, name))
  })
  after(() => rm(store, { recursive: true, force: true }))
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binaries-test-'))
    releases = join(folder, 'opt', 'etcd')
    machine = openStandIns()
    machine.add('systemd-sysusers', '')
  })
  afterEach(async () => {
    machine[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })

  function install(archive = '', sha256?: string): Promise<Release> {
    return installBinaries({ archive, architecture: arch(), ...(sha256 && { sha256 }) }, releases)
  }

  async function releaseNames(): Promise<readonly string[]> {
    return (await readdir(releases)).filter((name) => !['current', 'next', 'previous'].includes(name))
  }

  async function digestsShown(): Promise<readonly (string | undefined)[]> {
    const links = ['previous', 'current', 'next'] as const
    const shown = await Promise.all(links.map((link) => readInstalledBinaries(releases, link)))
    return shown.map((release) => release?.digest)
  }

  it('puts the release in force, with its user', async () => {
    const [archive = ''] = tarballs
    const digest = await digestOf(archive)
    assert.deepEqual(await install(archive), { version, digest })
    assert.deepEqual(await readInstalledBinaries(releases), { version, digest })
    assert.equal(await readlink(join(releases, 'current')), `${version}-${digest.slice(0, 8)}`)
    assert.match(await run(join(releases, 'current', 'etcd'), ['--version']), /^etcd Version: 3\./)
    assert.deepEqual(
      machine.calls().map((call) => call.split(' ').slice(0, 2).join(' ')),
      ['systemd-sysusers --inline'],
    )
  })

  it('lets everybody run the programs and nobody but root change them', async () => {
    await install(tarballs[0])
    for (const name of ['', 'etcd', 'etcdctl', 'etcdutl']) {
      assert.equal((await stat(join(releases, 'current', name))).mode & 0o777, 0o755)
    }
  })

  it('leaves a release that is in force as it is', async () => {
    await install(tarballs[0])
    const { ino } = await stat(join(releases, 'current', 'etcd'))
    await install(tarballs[0])
    assert.equal((await stat(join(releases, 'current', 'etcd'))).ino, ino)
  })

  it('lays another tarball ready and leaves what the next start is of', async () => {
    const first = await install(tarballs[0])
    const second = await install(tarballs[1])
    assert.deepEqual(await digestsShown(), [undefined, first.digest, second.digest])
  })

  it('switches to the one that lies ready and keeps the one before, and no more', async () => {
    const digests: string[] = []
    for (const archive of tarballs) {
      digests.push((await install(archive)).digest)
      await putNextInForce(releases)
      await putNextInForce(releases)
    }
    const [, second = '', third = ''] = digests
    assert.deepEqual(await digestsShown(), [second, third, undefined])
    const kept = [second, third].map((digest) => `${version}-${digest.slice(0, 8)}`)
    assert.deepEqual((await releaseNames()).toSorted(), kept.toSorted())
  })

  it('goes back to the one before, and the other lies ready', async () => {
    const first = await install(tarballs[0])
    const second = await install(tarballs[1])
    await putNextInForce(releases)
    await putPreviousInForce(releases)
    await putPreviousInForce(releases)
    assert.deepEqual(await digestsShown(), [undefined, first.digest, second.digest])
  })

  it('keeps the one before, too, while a third comes before the second has run', async () => {
    const digests: string[] = []
    for (const archive of tarballs.slice(0, 2)) digests.push((await install(archive)).digest)
    await putNextInForce(releases)
    digests.push((await install(tarballs[2])).digest)
    assert.deepEqual(await digestsShown(), digests)
  })

  it('lays nothing ready where the tarball in force is attached again', async () => {
    const { digest } = await install(tarballs[0])
    await install(tarballs[1])
    await install(tarballs[0])
    assert.deepEqual(await digestsShown(), [undefined, digest, undefined])
  })

  it('takes the tarball whose SHA-256 is wanted, in either case of letters', async () => {
    const wanted = (await digestOf(tarballs[0] ?? '')).toUpperCase()
    assert.equal((await install(tarballs[0], wanted)).version, version)
  })

  it('refuses one with another SHA-256, naming both and the remedy', async () => {
    const digest = await digestOf(tarballs[0] ?? '')
    await assert.rejects(install(tarballs[0], '0'.repeat(64)), {
      name: 'BadArchive',
      message: `the tarball of etcd has SHA-256 ${digest}, and the option etcd-sha256 wants ${'0'.repeat(64)} (correct it where it is of another tarball); attach another with juju attach-resource APPLICATION etcd=FILE`,
    })
    assert.equal(await readInstalledBinaries(releases), undefined)
  })

  it('leaves what is in force, and nothing of its own, where the next tarball is bad', async () => {
    const { digest } = await install(tarballs[0])
    const bad = join(folder, 'bad.tar.gz')
    await writeFile(bad, (await readFile(tarballs[1] ?? '')).subarray(0, 5_000_000))
    await assert.rejects(install(bad), { name: 'BadArchive' })
    assert.equal((await readInstalledBinaries(releases))?.digest, digest)
    assert.equal((await releaseNames()).length, 1)
  })

  it('puts in force again what was spoilt there', async () => {
    const [archive = ''] = tarballs
    const { digest } = await install(archive)
    await writeFile(join(releases, 'current', 'release.json'), 'rubbish\n')
    assert.deepEqual(await digestsShown(), [undefined, undefined, undefined])
    await install(archive)
    assert.deepEqual(await digestsShown(), [undefined, digest, undefined])
  })

  it('lets everybody run again what a hand has barred', async () => {
    const [archive = ''] = tarballs
    await install(archive)
    const path = join(releases, 'current', 'etcd')
    for (const barred of [releases, join(releases, 'current'), path]) await chmod(barred, 0o700)
    await letRun(releases)
    const modes = [releases, join(releases, 'current'), path].map(
      async (one) => (await stat(one)).mode & 0o777,
    )
    assert.deepEqual(await Promise.all(modes), [0o755, 0o755, 0o755])
  })

  it('clears away what an attempt that died has left, and installs', async () => {
    const digest = await digestOf(tarballs[0] ?? '')
    await mkdir(join(releases, '.draft-died', 'etcd-v3'), { recursive: true })
    await mkdir(join(releases, `${version}-${digest.slice(0, 8)}`, 'half'), { recursive: true })
    await install(tarballs[0])
    assert.deepEqual(await releaseNames(), [`${version}-${digest.slice(0, 8)}`])
    assert.deepEqual((await readdir(join(releases, 'current'))).toSorted(), [
      'README.md',
      'etcd',
      'etcdctl',
      'etcdutl',
      'release.json',
    ])
  })
})

describe('the installed binaries', () => {
  it('are none where nothing is installed', async () => {
    assert.equal(await readInstalledBinaries(join(tmpdir(), 'nothing-here')), undefined)
  })
})
