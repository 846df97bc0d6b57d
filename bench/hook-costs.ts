// What hooks cost with more and more clients related: one that brings a new client, one with nothing to do, and an update-status.

import type { Model } from '../tests/emulator/index.ts'
import {
  askFor,
  type GhostClient,
  noteSomething,
  onboard,
  relateGhosts,
} from '../tests/stories/ghost-clients.ts'
import { type Measured, measureHook } from './measured-hook.ts'
import { median, type Row, round } from './rows.ts'

export interface Subject {
  readonly model: Model
  /** The provider's application. */
  readonly app: string
  /** Before each figure, where several providers are measured. */
  readonly prefix: string
  readonly rounds: number
  /** Takes what was measured at one size. */
  readonly add: (rows: readonly Row[]) => Promise<void>
  /** Relates and serves that many more clients. */
  readonly grow: (names: readonly string[]) => Promise<readonly GhostClient[]>
}

const changed = 'etcd-client-relation-changed'

/** A few at once: an update-status must be done with them within the time that a hook may take. */
const batch = 100

/** The real charm takes them up in its update-status and serves them. */
export async function growByBatches(
  model: Model,
  app: string,
  names: readonly string[],
): Promise<readonly GhostClient[]> {
  const clients: GhostClient[] = []
  for (let from = 0; from < names.length; from += batch)
    clients.push(...(await onboard(model, names.slice(from, from + batch), app)))
  return clients
}

export async function measureCosts(subject: Subject, sizes: readonly number[]): Promise<void> {
  let related = 0
  for (const clients of sizes) {
    const names = Array.from({ length: clients - related }, (_, at) => `c-${related + at}a`)
    const known = (await subject.grow(names)).at(-1)
    if (!known) throw new Error(`sizes must grow: ${sizes.join(', ')}`)
    await subject.add(await measureAt(subject, clients, known))
    related = clients
  }
}

async function measureAt(subject: Subject, clients: number, known: GhostClient): Promise<readonly Row[]> {
  const { model, app, rounds } = subject
  const unit = `${app}/0`
  const nothing: Measured[] = []
  const sweeps: Measured[] = []
  const news: Measured[] = []
  const served: { readonly hooks: number; readonly calls: number }[] = []
  await model.updateStatus(app)
  for (let round = 0; round < rounds; round += 1) {
    await noteSomething(model, known)
    nothing.push((await measureHook(model, unit, changed)).measured)
    model.unit(unit).updateStatus = true
    sweeps.push((await measureHook(model, unit, 'update-status')).measured)
  }
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const [client] = await relateGhosts(model, [`new-${clients}a-${round}a`], app)
    if (!client) throw new Error('no client')
    await model.settle()
    await askFor(model, client)
    const { measured, runs } = await measureHook(model, unit, changed)
    news.push(measured)
    served.push({ hooks: runs.length, calls: runs.reduce((sum, run) => sum + run.calls.length, 0) })
    if (!model.databag(client.relation, app).requests) throw new Error(`${client.name} was not answered`)
    model.removeRelation(client.relation)
    await model.settle()
  }
  return [
    ...describe(subject, 'new client', clients, news),
    row(
      subject,
      'new client: hooks until it is answered',
      clients,
      median(served.map(({ hooks }) => hooks)),
      'hooks',
    ),
    row(
      subject,
      'new client: hook-tool calls until it is answered',
      clients,
      median(served.map(({ calls }) => calls)),
      'calls',
    ),
    ...describe(subject, 'nothing to do', clients, nothing),
    ...describe(subject, 'update-status', clients, sweeps),
  ]
}

function describe(
  subject: Subject,
  hook: string,
  clients: number,
  runs: readonly Measured[],
): readonly Row[] {
  const middle = (of: keyof Measured): number => median(runs.map((run) => run[of]))
  return [
    row(subject, `${hook}: hook-tool calls`, clients, middle('calls'), 'calls'),
    row(subject, `${hook}: requests to etcd`, clients, middle('etcdRequests'), 'requests'),
    row(subject, `${hook}: dispatch to exit`, clients, middle('ms'), 'ms'),
    row(subject, `${hook}: of this, with a hook tool at the agent`, clients, middle('toolMs'), 'ms'),
    row(
      subject,
      `${hook}: of this, without (Node's start, our code, etcd)`,
      clients,
      middle('ms') - middle('toolMs'),
      'ms',
    ),
    row(subject, `${hook}: CPU time`, clients, middle('cpuMs'), 'ms'),
    row(subject, `${hook}: peak memory of the largest process`, clients, middle('peakMb'), 'MB'),
  ]
}

function row({ prefix }: Subject, figure: string, clients: number, value: number, unit: string): Row {
  return { figure: `${prefix}${figure}`, clients, members: 1, value: round(value), unit }
}
