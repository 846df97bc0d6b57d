// etcd from a release tarball, for sites without the snap store. Each release has a folder of its own, and one link says which
// is in force: so a switch is a rename, and the release before stays at hand.

import { randomUUID } from 'node:crypto'
import { chmod, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BadArchive, unpackArchive } from './archive.ts'
import { digestOf, makeDirectory, unlessAbsent, writeFileAtomic } from './file.ts'
import {
  programs,
  type Release,
  readInstalledBinaries,
  recordOf,
  releasePath,
  releases,
} from './installed-binaries.ts'
import { run } from './process.ts'
import { workloadOf } from './workload.ts'

export { BadArchive } from './archive.ts'

export interface BinariesWanted {
  readonly archive: string
  /** In hexadecimal digits; not compared where it is left out. */
  readonly sha256?: string
  /** As Node names it: x64, arm64. */
  readonly architecture: string
}

/** Leaves etcd as it runs: the next start is of the new release. */
export async function installBinaries(wanted: BinariesWanted, folder = releases): Promise<Release> {
  const digest = await checkDigest(wanted)
  await makeUser()
  const standing = await readInstalledBinaries(folder)
  return standing?.digest === digest ? standing : installRelease(wanted, digest, folder)
}

async function checkDigest({ archive, sha256 }: BinariesWanted): Promise<string> {
  const digest = await digestOf(archive)
  if (sha256 === undefined || sha256.toLowerCase() === digest) return digest
  throw new BadArchive(`the tarball of etcd has SHA-256 ${digest}, and ${sha256} is wanted`)
}

async function installRelease(wanted: BinariesWanted, digest: string, folder: string): Promise<Release> {
  await makeDirectory(folder, { mode: 0o755 })
  await removeDrafts(folder)
  const draft = join(folder, `${draftPrefix}${randomUUID()}`)
  try {
    await makeDirectory(draft, { mode: 0o700 })
    const { folder: unpacked, version } = await unpackArchive(wanted.archive, draft, wanted.architecture)
    const release = { version, digest }
    await finish(unpacked, release)
    await putInForce(folder, unpacked, release)
    return release
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Everything on disk before the record that says so. */
async function finish(unpacked: string, release: Release): Promise<void> {
  await chmod(unpacked, 0o755)
  for (const program of programs) {
    const path = join(unpacked, program)
    await chmod(path, 0o755)
    await using file = await open(path, 'r')
    await file.sync()
  }
  const { path, content } = recordOf(unpacked, release)
  await writeFileAtomic(path, content, { mode: 0o644 })
}

async function putInForce(folder: string, unpacked: string, release: Release): Promise<void> {
  const path = releasePath(folder, release)
  // Left by an attempt that died before the switch; it can't be in force, or nothing were to be installed.
  await rm(path, { recursive: true, force: true })
  await rename(unpacked, path)
  const before = await unlessAbsent(readlink(join(folder, 'current')))
  await link(folder, 'current', basename(path))
  const kept = new Set(['current', basename(path), ...(before === undefined ? [] : [before])])
  for (const name of await readdir(folder)) {
    if (!kept.has(name) && !name.startsWith(draftPrefix))
      await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function link(folder: string, name: string, target: string): Promise<void> {
  const draft = join(folder, `${draftPrefix}${randomUUID()}`)
  await symlink(target, draft)
  await rename(draft, join(folder, name))
}

const draftPrefix = '.draft-'

async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix))
  for (const name of drafts) await rm(join(folder, name), { recursive: true, force: true })
}

async function makeUser(): Promise<void> {
  const workload = workloadOf('binaries')
  await run('systemd-sysusers', ['--inline', `u ${workload.user} - "etcd" ${workload.paths.data}`])
}
