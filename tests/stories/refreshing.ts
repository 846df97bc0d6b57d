// What stories of a refresh begin with: a snap store that has four releases of etcd, charms that pin one of them, members that serve, and a
// client that writes all the while.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { unzip, zip } from '../../scripts/archive.ts'
import type { Model, ModelOptions } from '../emulator/index.ts'
import { heal, unitsOf } from './chaos/cluster.ts'
import { Writer } from './chaos/writer.ts'
import { renewalsAtOnce } from './driver/archives.ts'
import { emulated } from './driver/emulated-model.ts'
import { archives, cache, etcdctl, openWorld } from './world.ts'

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
async function placeForHosts(version: Version): Promise<string> {
  const folder = join(cache, `etcd-${version}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.${randomUUID()}`
  await cp(programsOf(version), draft, { recursive: true })
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** The charm, made to pin that release; each has other bytes. */
async function pinning(folder: string, version: Version): Promise<string> {
  const tree = join(folder, version)
  await unzip(archives.etcd, tree)
  const revision = revisions[version]
  const pin = `etcd: ${version}\nsnap:\n  channel: 3.6/stable\n  revisions: {amd64: ${revision}, arm64: ${revision}}\n`
  await writeFile(join(tree, 'workload.yaml'), pin)
  await zip(tree, `${tree}.charm`, 1)
  return `${tree}.charm`
}

export interface Refreshing {
  readonly model: Model
  readonly relation: number
  /** `juju refresh` to a charm that pins this release. */
  refresh(version: Version): Promise<void>
  charmOf(version: Version): Promise<string>
  /** The store has these and no others; one of them may be broken: it tells its version, and does not run. */
  offer(versions: readonly Version[], faults?: Faults): Promise<void>
  /** A client that writes until it is finished. */
  write(prefix?: string): Writer
}

interface Faults {
  readonly broken?: Version
}

/** A program that ends at once, as one does that knows an option no more. */
async function breakPrograms(folder: string): Promise<string> {
  const broken = `${folder}-broken`
  if (existsSync(broken)) return broken
  const draft = `${broken}.${randomUUID()}`
  await cp(folder, draft, { recursive: true })
  const program = await readFile(join(draft, 'etcd'))
  for (let at = program.indexOf('config-file'); at >= 0; at = program.indexOf('config-file', at + 1))
    program.write('c0nfig-file', at)
  await writeFile(join(draft, 'etcd'), program)
  await rename(draft, broken).catch(() => rm(draft, { recursive: true }))
  return broken
}

export interface Begin {
  readonly from: Version
  /** What the store has beside it. */
  readonly to: readonly Version[]
  readonly units?: number
  readonly config?: Readonly<Record<string, string | number | boolean>>
  readonly options?: Partial<ModelOptions>
}

export async function beginOn({ from, to, units = 3, config, options }: Begin): Promise<Refreshing> {
  const folder = await mkdtemp(join(tmpdir(), 'refresh-'))
  const snapStore = join(cache, `store-${randomUUID()}`)
  after(async () => {
    await rm(folder, { recursive: true, force: true })
    await rm(snapStore, { force: true })
  })
  const made = new Map<Version, Promise<string>>()
  const charmOf = (version: Version): Promise<string> => {
    const charm = made.get(version) ?? pinning(folder, version)
    made.set(version, charm)
    return charm
  }
  const offer: Refreshing['offer'] = async (versions, { broken } = {}) => {
    const rowOf = async (version: Version): Promise<string> => {
      const programs = await placeForHosts(version)
      const folderOf = version === broken ? await breakPrograms(programs) : programs
      return `${revisions[version]} ${architecture} 3.6/stable ${folderOf}\n`
    }
    await writeFile(snapStore, (await Promise.all(versions.map(rowOf))).join(''))
  }
  await offer([from, ...to])
  const model = await openWorld({ ...options, snapStore })
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', {
    archive: await charmOf(from),
    units,
    config: { ...renewalsAtOnce, ...config },
  })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id: relation } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  return {
    model,
    relation,
    charmOf,
    offer,
    refresh: async (version) => model.refresh('etcd', await charmOf(version)),
    write: (prefix = '/web/refresh/') => new Writer(emulated(model), relation, 'web', prefix),
  }
}

/** What each unit's etcd says that it runs, in the order of the units. */
export async function versionsOf(model: Model): Promise<readonly string[]> {
  return Promise.all(unitsOf(model).map((unit) => versionAt(model, unit)))
}

async function versionAt(model: Model, unit: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      const [row] = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'endpoint', 'status'))
      return row.Status.version
    } catch (error) {
      if (tries > 30) throw error
      await sleep(500)
    }
  }
}

/** Each member is away by itself alone: no two spans between the end of an etcd and the next that serves overlap. */
export async function assertOneAwayAtATime(model: Model, since: number): Promise<void> {
  const spans = await Promise.all(unitsOf(model).map((unit) => awayOf(model, unit, since)))
  const all = spans.flat().toSorted((a, b) => a.from - b.from)
  all.forEach((next, at) => {
    const before = all.slice(0, at).find(({ unit, to }) => unit !== next.unit && to > next.from)
    assert.equal(before, undefined, `${next.unit} went while ${before?.unit} was away`)
  })
  assert.ok(all.length > 0, 'no member was ever away')
}

interface Span {
  readonly unit: string
  readonly from: number
  readonly to: number
}

async function awayOf(model: Model, unit: string, since: number): Promise<readonly Span[]> {
  const path = '/var/log/snap.charmed-etcd.etcd.service.log'
  const log = await readFile(model.unit(unit).host.outside(path), 'utf8')
  const line = /"ts":"([^"]+)"[^\n]*"msg":"(received signal; shutting down|ready to serve client requests)"/g
  const events = [...log.matchAll(line)].map(([, at = '', what]) => ({
    at: Date.parse(at),
    ends: what !== 'ready to serve client requests',
  }))
  const spans: Span[] = []
  let from: number | undefined
  for (const { at, ends } of events.filter((event) => event.at >= since)) {
    if (ends) from ??= at
    else if (from !== undefined) {
      spans.push({ unit, from, to: at })
      from = undefined
    }
  }
  return spans
}

/** As `juju status` shows them. */
export function statusLines(model: Model): readonly string[] {
  const app = model.tables.applications.get('etcd')
  const lines = (app?.units ?? []).map(
    ({ name, workload }) =>
      `${name}${app?.leader === name ? '*' : ''}  ${workload.status}  ${workload.message}`,
  )
  return [`etcd  ${app?.version}  ${app?.status.status}  ${app?.status.message}`, ...lines]
}

/** All hooks have run and everybody serves; what `juju status` shows then is told. */
export async function comeToRest(model: Model, story: TestContext): Promise<void> {
  await model.settle()
  await heal(model)
  for (const line of statusLines(model)) story.diagnostic(line)
}

/** No acknowledged write is lost (the writer reads each back), and a client that tries another member loses no request. */
export async function finishUnharmed(writer: Writer, title: string, story: TestContext): Promise<void> {
  const { acknowledged, failed, longestGapMs } = await writer.finish()
  story.diagnostic(
    `${title}: ${acknowledged} writes acknowledged, none lost; ${failed} tries repeated; longest gap ${longestGapMs} ms`,
  )
  assert.ok(acknowledged > 20, `only ${acknowledged} writes`)
}

/** How often each unit's etcd was started since then. */
export async function startsSince(model: Model, since: number): Promise<Readonly<Record<string, number>>> {
  const counts = await Promise.all(
    unitsOf(model).map(async (unit) => {
      const file = model.unit(unit).host.outside('/run/emulator/snap.charmed-etcd.etcd.service.starts')
      const starts = (await readFile(file, 'utf8')).trim().split('\n').map(Number)
      return [unit, starts.filter((at) => at * 1000 >= since).length] as const
    }),
  )
  return Object.fromEntries(counts)
}
