// A release tarball as upstream publishes it, looked at closely before anything of it is used: an operator attached it by hand,
// over a network, and may have taken the wrong one.

import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readProgramArchitecture } from './elf.ts'
import { unlessAbsent } from './file.ts'
import { programs } from './installed-binaries.ts'
import { CommandFailed, run } from './process.ts'

/** The tarball can't be used; the message says why, and what to do. */
export class BadArchive extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what}; attach another with juju attach-resource APPLICATION etcd=FILE`, { cause })
    this.name = 'BadArchive'
  }
}

export interface Unpacked {
  /** The folder that the programs are in. */
  readonly folder: string
  readonly version: string
}

/** Unpacks into an empty folder and makes sure that etcd, etcdctl and etcdutl are there and run on this machine. */
export async function unpackArchive(archive: string, into: string, architecture: string): Promise<Unpacked> {
  await checkGzip(archive)
  await unpack(archive, into)
  const folder = await findPrograms(into)
  for (const program of programs) await checkArchitecture(join(folder, program), program, architecture)
  return { folder, version: await checkVersion(join(folder, 'etcd')) }
}

async function checkGzip(archive: string): Promise<void> {
  await using file = await open(archive, 'r')
  if ((await file.stat()).size === 0) throw new BadArchive('the tarball of etcd is empty')
  if (!(await isGzip(file))) throw new BadArchive('what is attached as etcd is no gzip tarball')
}

/** Of one that is cut off, anything is noted at its end. */
const densest = 10

/** As gzip notes it at the end, of what is smaller than 4 GiB; 0 for a file that is none of gzip. */
export async function unpackedSize(archive: string): Promise<number> {
  await using file = await open(archive, 'r')
  const { size } = await file.stat()
  if (size < 18 || !(await isGzip(file))) return 0
  const end = Buffer.alloc(4)
  await file.read(end, 0, 4, size - 4)
  return Math.min(end.readUInt32LE(), size * densest)
}

async function isGzip(file: FileHandle): Promise<boolean> {
  const start = Buffer.alloc(2)
  await file.read(start, 0, 2, 0)
  return start.readUInt16BE() === 0x1f8b
}

/** tar reads to the very end, so what is truncated or damaged is found out here. */
async function unpack(archive: string, into: string): Promise<void> {
  const extract = ['--extract', '--gzip', '--no-same-owner', '--no-same-permissions', '--force-local']
  try {
    await run('tar', [...extract, '--file', archive, '--directory', into], { timeoutMs: 120_000 })
  } catch (error) {
    // Ended by its time limit or by a signal it says nothing of the tarball: a later hook tries again.
    if (!(error instanceof CommandFailed) || error.exitCode === undefined) throw error
    throw new BadArchive('the tarball of etcd is truncated or damaged: it does not unpack', error)
  }
}

async function findPrograms(into: string): Promise<string> {
  const [top, ...others] = await readdir(into)
  if (top === undefined || others.length > 0) {
    throw new BadArchive('the tarball of etcd holds no single folder, as a release does')
  }
  const folder = join(into, top)
  for (const program of programs) {
    // Links are not followed: they could lead to any program of the machine.
    const found = await unlessAbsent(lstat(join(folder, program)))
    if (!found?.isFile()) throw new BadArchive(`the tarball of etcd has no ${program} in ${top}/`)
  }
  return folder
}

async function checkArchitecture(path: string, program: string, wanted: string): Promise<void> {
  const found = await readProgramArchitecture(path)
  if (found === wanted) return
  const what = found === undefined ? 'is no program for Linux' : `is built for ${found}`
  throw new BadArchive(`${program} in the tarball of etcd ${what}, and this machine is ${wanted}`)
}

async function checkVersion(etcd: string): Promise<string> {
  const version = /^etcd Version: (\d+\.\d+\.\d+\S*)/m.exec(await askVersion(etcd))?.[1]
  if (version === undefined) throw new BadArchive('etcd in the tarball does not tell its version')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 3 && minor >= 5) return version
  throw new BadArchive(`the tarball holds etcd ${version}, and this charm runs 3.5 and newer versions of 3`)
}

async function askVersion(etcd: string): Promise<string> {
  try {
    return await run(etcd, ['--version'], { timeoutMs: 20_000 })
  } catch (error) {
    if (error instanceof CommandFailed && error.how.startsWith('was still running')) throw error
    throw new BadArchive('etcd in the tarball does not run on this machine', error)
  }
}
