// What stories of a refresh begin with: a snap store that has four releases of etcd, charms that pin one of them, members that serve, and a
// client that writes all the while.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model, ModelOptions } from '../emulator/index.ts'
import { heal, unitsOf } from './chaos/cluster.ts'
import { Writer } from './chaos/writer.ts'
import { renewalsAtOnce } from './driver/archives.ts'
import { emulated } from './driver/emulated-model.ts'
import {
  breakPrograms,
  pinning,
  placeForHosts,
  revisions,
  storeRow,
  unknownRow,
  type Version,
} from './releases.ts'
import { archives, cache, etcdctl, openWorld } from './world.ts'

export interface Refreshing extends AsyncDisposable {
  readonly model: Model
  readonly relation: number
  /** `juju refresh` to a charm that pins this release. */
  refresh(version: Version, how?: Parameters<Model['refresh']>[2]): Promise<void>
  charmOf(version: Version): Promise<string>
  /** The store has these and no others; one of them may be broken: it tells its version, and does not run. */
  offer(versions: readonly Version[], faults?: Faults): Promise<void>
  /** A client that writes until it is finished. */
  write(prefix?: string): Writer
}

interface Faults {
  readonly broken?: Version
  /** Beside them, one of a line that the charm does not know. */
  readonly unknown?: boolean
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
  const offer: Refreshing['offer'] = async (versions, { broken, unknown } = {}) => {
    const rowOf = async (version: Version): Promise<string> =>
      storeRow(version, version === broken ? await breakPrograms(await placeForHosts(version)) : undefined)
    const rows = await Promise.all([...versions.map(rowOf), ...(unknown ? [unknownRow()] : [])])
    await writeFile(snapStore, rows.join(''))
  }
  await offer([from, ...to])
  const model = await openWorld({ ...options, snapStore })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= model[Symbol.asyncDispose]()
    return closed
  }
  after(close)
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
    refresh: async (version, how) => model.refresh('etcd', await charmOf(version), how),
    write: (prefix = '/web/refresh/') => new Writer(emulated(model), relation, 'web', prefix),
    [Symbol.asyncDispose]: close,
  }
}

/** `juju refresh`, and hooks one by one until that unit alone has gone: whatever comes now comes in the middle. */
export async function goHalfWay({ model, refresh }: Refreshing, to: Version, unit: string): Promise<void> {
  await refresh(to)
  const current = model.unit(unit).host.outside('/snap/charmed-etcd/current')
  while ((await readlink(current)) !== String(revisions[to]))
    assert.ok(await model.runOne(), `nobody has anything to do, and ${unit} has not gone`)
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
