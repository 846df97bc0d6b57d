// Release tarballs for tests, good and bad: the real etcd, and small programs in place of its two large companions.

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary } from '../etcd/etcd-server.ts'

export interface Tarball {
  /** What a release's folder is called. */
  readonly top?: string
  /** Programs by name: the bytes of each. */
  readonly programs?: Readonly<Record<string, Buffer>>
  /** Told apart by this, so that two tarballs of one version have two digests. */
  readonly mark?: string
}

export function realEtcd(): Buffer {
  return readFileSync(binary('etcd'))
}

/** A program for Linux that is none of etcd's. */
export function otherProgram(): Buffer {
  return readFileSync('/bin/true')
}

export function usualPrograms(): Record<string, Buffer> {
  return { etcd: realEtcd(), etcdctl: otherProgram(), etcdutl: otherProgram() }
}

/** All three of etcd's own, as a release has them. */
export function realPrograms(): Record<string, Buffer> {
  const read = (program: 'etcd' | 'etcdctl' | 'etcdutl'): Buffer => readFileSync(binary(program))
  return { etcd: read('etcd'), etcdctl: read('etcdctl'), etcdutl: read('etcdutl') }
}

export function createTarball(folder: string, name: string, tarball: Tarball = {}): string {
  const { top = 'etcd-v3-linux', programs = usualPrograms(), mark = name } = tarball
  const tree = join(folder, `${name}.tree`)
  mkdirSync(join(tree, top), { recursive: true })
  for (const [program, bytes] of Object.entries(programs)) {
    writeFileSync(join(tree, top, program), bytes)
    chmodSync(join(tree, top, program), 0o755)
  }
  writeFileSync(join(tree, top, 'README.md'), mark)
  const path = packTree(folder, name, tree)
  rmSync(tree, { recursive: true })
  return path
}

/** A release of the etcd of these tests, in a folder of its own. */
export function realRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  return createTarball(folder, 'release', { programs: realPrograms() })
}

/** Whatever is in `tree`, as a gzip tarball. */
export function packTree(folder: string, name: string, tree: string, ...options: readonly string[]): string {
  const path = join(folder, `${name}.tar.gz`)
  execFileSync('tar', ['-I', 'gzip -1', '-cf', path, '-C', tree, ...options, '.'], { stdio: 'pipe' })
  return path
}

/** An architecture that this machine is not. */
export const foreign = arch() === 'arm64' ? 'x64' : 'arm64'

/** The same program, made for that other machine by its header. */
export function builtForForeign(program: Buffer): Buffer {
  const changed = Buffer.from(program)
  changed.writeUInt16LE(foreign === 'arm64' ? 0xb7 : 0x3e, 18)
  return changed
}

/** The same etcd, telling another minor version of as many digits. */
export function tellingVersion(etcd: Buffer, from: string, to: string): Buffer {
  const changed = Buffer.from(etcd)
  for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + 1))
    changed.write(to, at, 'latin1')
  return changed
}
