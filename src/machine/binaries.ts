// etcd from a release tarball, for sites without the snap store. Each release has a folder of its own, and a link says which is in
// force: so a switch is a rename, made when etcd is restarted and not before, and the release before stays at hand.

import { randomUUID } from 'node:crypto'
import { chmod, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BadArchive, unpackArchive, unpackedSize } from './archive.ts'
import { digestOf, makeDirectory, removeFile, unlessAbsent, writeFileAtomic } from './file.ts'
import {
  programs,
  type Release,
  type ReleaseLink,
  readInstalledBinaries,
  recordOf,
  releasePath,
  releases,
} from './installed-binaries.ts'
import { run } from './process.ts'
import { assertRoom } from './room.ts'
import { workloadOf } from './workload-paths.ts'

export { BadArchive } from './archive.ts'

export interface BinariesWanted {
  readonly archive: string
  /** In hexadecimal digits; not compared where it is left out. */
  readonly sha256?: string
  /** As Node names it: x64, arm64. */
  readonly architecture: string
}

/** Leaves etcd as it runs, and what its next start is of, too: beside a release that is in force, another one is only laid ready. */
export async function installBinaries(wanted: BinariesWanted, folder = releases): Promise<Release> {
  const digest = await checkDigest(wanted)
  await makeUser()
  const [current, next] = await Promise.all([
    readInstalledBinaries(folder),
    readInstalledBinaries(folder, 'next'),
  ])
  if (current?.digest !== digest && next?.digest === digest) return next
  const previous = await readInstalledBinaries(folder, 'previous')
  if (current?.digest !== digest && previous?.digest === digest) {
    await link(folder, 'next', basename(releasePath(folder, previous)))
    await prune(folder)
    return previous
  }
  if (current?.digest !== digest) return installRelease(wanted, digest, folder)
  await removeFile(join(folder, 'next'))
  return current
}

/** What lies ready takes the place of what is in force, which stays at hand. */
export async function putNextInForce(folder = releases): Promise<void> {
  const next = await readLink(folder, 'next')
  if (next === undefined) return
  const current = await readLink(folder, 'current')
  // The same, where an attempt died between the two.
  if (current !== undefined && current !== next) await link(folder, 'previous', current)
  await link(folder, 'current', next)
  await removeFile(join(folder, 'next'))
  await prune(folder)
}

/** The release that was in force before is so again; the other one lies ready, where none does already. */
export async function putPreviousInForce(folder = releases): Promise<void> {
  const [previous, current, next] = await Promise.all([
    readLink(folder, 'previous'),
    readLink(folder, 'current'),
    readLink(folder, 'next'),
  ])
  if (previous === undefined) return
  if (current !== undefined && current !== previous && next === undefined) await link(folder, 'next', current)
  await link(folder, 'current', previous)
  await removeFile(join(folder, 'previous'))
}

/** As they were installed: whoever bars a folder keeps etcd's user from its own program. */
export async function letRun(folder = releases): Promise<void> {
  const found = (await unlessAbsent(readdir(folder, { withFileTypes: true }))) ?? []
  const open = found.filter((entry) => entry.isDirectory() && !entry.name.startsWith(draftPrefix))
  for (const path of [folder, ...open.map(({ name }) => join(folder, name))]) {
    await makeDirectory(path, { mode: 0o755 })
    for (const program of programs) await unlessAbsent(chmod(join(path, program), 0o755))
  }
}

async function checkDigest({ archive, sha256 }: BinariesWanted): Promise<string> {
  const digest = await digestOf(archive)
  if (sha256 === undefined || sha256.toLowerCase() === digest) return digest
  throw new BadArchive(
    `the tarball of etcd has SHA-256 ${digest}, and the option etcd-sha256 wants ${sha256} (correct it where it is of another tarball)`,
  )
}

async function installRelease(wanted: BinariesWanted, digest: string, folder: string): Promise<Release> {
  await makeDirectory(folder, { mode: 0o755 })
  await removeDrafts(folder)
  await assertRoom([{ folder, bytes: await unpackedSize(wanted.archive) }])
  const draft = join(folder, `${draftPrefix}${randomUUID()}`)
  try {
    await makeDirectory(draft, { mode: 0o700 })
    const { folder: unpacked, version } = await unpackArchive(wanted.archive, draft, wanted.architecture)
    const release = { version, digest }
    await finish(unpacked, release)
    await place(folder, unpacked, release)
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

async function place(folder: string, unpacked: string, release: Release): Promise<void> {
  const path = releasePath(folder, release)
  const current = await readInstalledBinaries(folder)
  // Left by an attempt that died, of a tarball that was attached before, or spoilt; it can't be in force, or nothing were to be installed.
  await rm(path, { recursive: true, force: true })
  await rename(unpacked, path)
  await link(folder, current ? 'next' : 'current', basename(path))
  await prune(folder)
}

/** What no link shows goes. */
async function prune(folder: string): Promise<void> {
  const links: readonly ReleaseLink[] = ['current', 'next', 'previous']
  const targets = await Promise.all(links.map((name) => readLink(folder, name)))
  const kept = new Set<string | undefined>([...links, ...targets])
  for (const name of await readdir(folder)) {
    if (!kept.has(name) && !name.startsWith(draftPrefix))
      await rm(join(folder, name), { recursive: true, force: true })
  }
}

function readLink(folder: string, name: ReleaseLink): Promise<string | undefined> {
  return unlessAbsent(readlink(join(folder, name)))
}

async function link(folder: string, name: ReleaseLink, target: string): Promise<void> {
  const draft = join(folder, `${draftPrefix}${randomUUID()}`)
  await symlink(target, draft)
  await rename(draft, join(folder, name))
}

const draftPrefix = '.draft-'

async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix))
  for (const name of drafts) await rm(join(folder, name), { recursive: true, force: true })
}

/** Whom etcd runs as; one that is there stays as it is. */
export async function makeUser(): Promise<void> {
  const workload = workloadOf('binaries')
  await run('systemd-sysusers', ['--inline', `u ${workload.user} - "etcd" ${workload.paths.data}`])
}
