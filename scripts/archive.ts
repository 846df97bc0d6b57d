// What both archives are made with: Node's binary by package-lock.json, a manifest, and a zip with the same bytes for the same files.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { openPromise } from 'yauzl'
import { ZipFile } from 'yazl'

const run = promisify(execFile)
const architectures = { amd64: 'x64', arm64: 'arm64' } as const
export type Architecture = keyof typeof architectures

export const bases = ['22.04', '24.04', '26.04']
const executable: ReadonlySet<string> = new Set(['dispatch', 'bin/node', 'bin/etcdctl'])
/** Zip knows no time before 1980; one fixed time makes the bytes repeatable. */
const mtime = new Date(Date.UTC(1980, 0, 2))

export function printManifest(arch: Architecture): string {
  const rows = bases.map((channel) => ({ name: 'ubuntu', channel, architectures: [arch] }))
  return stringify({ bases: rows }, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
}

/** Node from the npm package that carries the binary, its integrity as package-lock.json has it, without its symbols. */
export async function placeNode(arch: Architecture, target: string): Promise<void> {
  const name = `node-linux-${architectures[arch]}`
  const installed = `node_modules/${name}/bin/node`
  const source = await readFile(installed).then(
    () => installed,
    () => fetchNode(name),
  )
  await copyFile(source, target)
  await chmod(target, 0o755)
  const tools = arch === 'amd64' && process.arch === 'x64' ? ['strip', 'llvm-strip'] : ['llvm-strip']
  for (const tool of tools) {
    const stripped = await run(tool, [target]).then(
      () => true,
      () => false,
    )
    if (stripped) return
  }
  console.warn(
    `pack: neither of ${tools.join(', ')} is here; Node goes in with its symbols (install binutils or llvm)`,
  )
}

async function fetchNode(name: string): Promise<string> {
  const lock: unknown = JSON.parse(await readFile('package-lock.json', 'utf8'))
  const row = find(find(lock, 'packages'), `node_modules/${name}`)
  const [version, integrity] = [find(row, 'version'), find(row, 'integrity')]
  const folder = 'build/node'
  await mkdir(folder, { recursive: true })
  await run('npm', ['pack', `${name}@${String(version)}`, '--pack-destination', folder])
  const archive = `${folder}/${name}-${String(version)}.tgz`
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (integrity !== `sha512-${digest}`)
    throw new Error(`${name} is not what package-lock.json says; remove build/ and try again`)
  await run('tar', ['-xzf', archive, '-C', folder, '--transform', `s,^package,${name},`, 'package/bin/node'])
  return `${folder}/${name}/bin/node`
}

function find(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

export async function zip(
  folder: string,
  path: string,
  compressionLevel = 9,
  isExecutable = (name: string): boolean => executable.has(name),
): Promise<void> {
  const archive = new ZipFile()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) {
    const name = file.slice(folder.length + 1)
    const mode = isExecutable(name) ? 0o100755 : 0o100644
    archive.addFile(file, name, { mtime, mode, compressionLevel, forceDosTimestamp: true })
  }
  archive.end()
  await pipeline(archive.outputStream, createWriteStream(path))
}

/** With the modes that the archive has. */
export async function unzip(archive: string, into: string): Promise<void> {
  const entries = await openPromise(archive, { lazyEntries: true })
  for await (const entry of entries.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const target = join(into, entry.fileName)
    await mkdir(dirname(target), { recursive: true })
    await pipeline(await entries.openReadStreamPromise(entry), createWriteStream(target))
    await chmod(target, (entry.externalFileAttributes >>> 16) & 0o777)
  }
}
