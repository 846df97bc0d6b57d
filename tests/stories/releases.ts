// Releases of etcd for stories of a refresh: what the snap store has of them, and charms that pin one.

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzip, zip } from '../../scripts/archive.ts'
import { archives, cache } from './world.ts'

/** Revisions of the snap, by the version of etcd in it. */
export const revisions = { '3.5.16': 116, '3.5.30': 130, '3.6.4': 204, '3.6.16': 216 } as const
export type Version = keyof typeof revisions

const builds: Readonly<Record<Version, string>> = {
  '3.5.16': '3.5.16',
  '3.5.30': 'debian',
  '3.6.4': '3.6.4',
  '3.6.16': '3.6',
}

function programsOf(version: Version): string {
  return join(import.meta.dirname, '../../.cache/etcd', builds[version])
}

function tells(folder: string): string | undefined {
  if (!existsSync(join(folder, 'etcd'))) return undefined
  return /^etcd Version: (\S+)/m.exec(
    execFileSync(join(folder, 'etcd'), ['--version'], { encoding: 'utf8' }),
  )?.[1]
}

/** Releases that are not on this machine, loudly: `make etcd ETCD=3.5.16` builds one, and needs Go. */
export function missing(...versions: readonly Version[]): string | false {
  const absent = versions.filter((version) => tells(programsOf(version)) !== version)
  if (absent.length === 0) return false
  const words = `NOT TRIED HERE: etcd ${absent.join(', ')} is not to be had; install Go and run make etcd ETCD=…`
  console.error(words)
  return words
}

/** Where hosts see them, too. */
export async function placeForHosts(version: Version): Promise<string> {
  const folder = join(cache, `etcd-${version}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.${randomUUID()}`
  await cp(programsOf(version), draft, { recursive: true })
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}

/** As a line of the snap store says it: which revision it is, for which machines, in which channel, and its programs. */
export async function storeRow(version: Version, folder?: string): Promise<string> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  return `${revisions[version]} ${architecture} 3.6/stable ${folder ?? (await placeForHosts(version))}\n`
}

/** The charm, made to pin that release; each has other bytes. */
export async function pinning(folder: string, version: Version): Promise<string> {
  const tree = join(folder, version)
  await unzip(archives.etcd, tree)
  const revision = revisions[version]
  const pin = `etcd: ${version}\nsnap:\n  channel: 3.6/stable\n  revisions: {amd64: ${revision}, arm64: ${revision}}\n`
  await writeFile(join(tree, 'workload.yaml'), pin)
  await zip(tree, `${tree}.charm`, 1)
  return `${tree}.charm`
}

/** A program that ends at once, as one does that knows an option no more. */
export function breakPrograms(folder: string): Promise<string> {
  return changePrograms(folder, 'config-file', 'c0nfig-file')
}

/** A release of a line that the charm does not know, by what its program tells. */
export const unknown = { revision: 301, version: '3.7.30' } as const

export async function unknownRow(): Promise<string> {
  const folder = await changePrograms(await placeForHosts('3.5.30'), '3.5.30', unknown.version)
  return (await storeRow('3.5.30', folder)).replace(/^\d+/, String(unknown.revision))
}

async function changePrograms(folder: string, text: string, by: string): Promise<string> {
  const changed = `${folder}-${by}`
  if (existsSync(changed)) return changed
  const draft = `${changed}.${randomUUID()}`
  await cp(folder, draft, { recursive: true })
  const program = await readFile(join(draft, 'etcd'))
  for (let at = program.indexOf(text); at >= 0; at = program.indexOf(text, at + 1)) program.write(by, at)
  await writeFile(join(draft, 'etcd'), program)
  await rename(draft, changed).catch(() => rm(draft, { recursive: true }))
  return changed
}
