// A Juju model on this machine: real dispatch processes of real charm archives, on hosts of their own, with a Juju that keeps
// its word about order, transactions and secrets. See README.md beside this file.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Host, openHosts } from './host/host.ts'
import { type Family, type Network, openNetwork } from './host/network.ts'
import type { KillHere } from './model/agent.ts'
import { readCharm } from './model/charm-archive.ts'
import {
  addAction,
  addApplication,
  addUnit,
  applicationNamed,
  forgetApplication,
  forgetUnit,
  integrate,
  newTables,
  startRemoval,
  unitNamed,
} from './model/operator.ts'
import { seededRandom } from './model/random.ts'
import { openScheduler } from './model/scheduler.ts'
import {
  type Action,
  type Bag,
  type HookRun,
  nextNumber,
  type Profile,
  type Relation,
  type Tables,
  type Unit,
} from './model/state.ts'

export { describeFailure, unavoidable } from './model/scheduler.ts'
export type { Action, HookRun, Profile, Relation, Unit } from './model/state.ts'

export interface ModelOptions {
  readonly name?: string
  readonly profile?: Profile
  /** For what Juju leaves to chance: whose hook comes next. */
  readonly seed?: number
  /** Folder of etcd's binaries. */
  readonly etcd: string
  /** Where archives are unpacked; kept from one model to the next. */
  readonly cache: string
  readonly onHook?: (run: HookRun) => void
  /** How many units' hooks may run at the same time; one, where it is left out. */
  readonly parallel?: number
  /** The spaces that every machine has an interface in; one of IPv4, where they are left out. */
  readonly spaces?: Readonly<Record<string, Family>>
  /** One that other models are on too. */
  readonly network?: Network
}

export interface Deploy {
  readonly archive: string
  readonly units?: number
  readonly config?: Readonly<Record<string, string | number | boolean>>
  readonly resources?: Readonly<Record<string, string>>
  /** Spaces by endpoint; the empty name is for all others. */
  readonly bindings?: Readonly<Record<string, string>>
  /** Storage in memory, of a size like `400M`, by the storage's name: it can be filled, and ends with its machine. */
  readonly memoryStorage?: Readonly<Record<string, string>>
  /** Ids of storage that units left behind, for one unit only. */
  readonly attachStorage?: readonly string[]
}

export type Model = Awaited<ReturnType<typeof openModel>>

export async function openModel(options: ModelOptions) {
  const random = seededRandom(options.seed ?? 1)
  const tables: Tables = newTables(options.name ?? 'test', options.profile ?? '4.0', random)
  await mkdir(options.cache, { recursive: true })
  const storage = await mkdtemp(join(tmpdir(), 'emulator-storage-'))
  const network = options.network ?? (await openNetwork(options.spaces))
  const hosts = openHosts({ etcd: options.etcd, binds: [options.cache, storage], network })
  let kill: KillHere = () => false

  const attach = async (unit: Unit, name: string, given: readonly string[]): Promise<void> => {
    const declared = unit.app.charm.storage.find((row) => row.name === name)
    const kept = given.find((row) => row.startsWith(`${name}/`))
    if (kept !== undefined) assertDetached(tables, kept)
    const id = kept ?? `${name}/${nextNumber(tables, 'storage')}`
    const folder = join(storage, id)
    await mkdir(folder, { recursive: true })
    const location = declared?.location ?? ''
    const size = unit.app.memoryStorage.get(name)
    const how = size ? ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'] : ['--bind', folder]
    await inHost(unit.host, ['mkdir', '-p', location])
    await inHost(unit.host, ['mount', ...how, location])
    unit.storage.set(id, false)
  }
  const bury = async (unit: Unit): Promise<void> => {
    forgetUnit(tables, unit)
    await unit.host[Symbol.asyncDispose]()
    const leaving = [...tables.relations.values()].every(
      (relation) => relation.dying || !hasEnd(relation, unit.app.name),
    )
    if (
      unit.app.units.length === 0 &&
      unit.app.leader === undefined &&
      leaving &&
      dyingApps.has(unit.app.name)
    )
      forgetApplication(tables, unit.app)
  }
  const dyingApps = new Set<string>()

  const { settle, runOne } = openScheduler({
    tables,
    parallel: options.parallel ?? 1,
    kill: (...call) => kill(...call),
    onHook: options.onHook,
    bury,
  })

  return {
    tables,
    settle,
    runOne,
    async deploy(name: string, deploy: Deploy): Promise<void> {
      const {
        archive,
        units = 1,
        config = {},
        resources = {},
        memoryStorage = {},
        attachStorage = [],
        bindings = {},
      } = deploy
      const app = addApplication(tables, name, await readCharm(archive, options.cache))
      Object.assign(app.bindings, bindings)
      configure(tables, name, config)
      for (const [resource, path] of Object.entries(resources)) app.resources.set(resource, path)
      for (const [storage, size] of Object.entries(memoryStorage)) app.memoryStorage.set(storage, size)
      for (let count = 0; count < units; count += 1)
        await addUnit(tables, app, hosts, (unit, storage) => attach(unit, storage, attachStorage))
    },
    integrate: (one: string, other: string): Relation => integrate(tables, one, other),
    removeRelation(id: number): void {
      const relation = tables.relations.get(id)
      if (!relation) throw new Error(`relation ${id} not found`)
      relation.dying = true
    },
    /** Storage outlives its unit; `attachStorage` gives it to a new one before its first hook. */
    addUnit: async (name: string, attachStorage: readonly string[] = []): Promise<Unit> =>
      addUnit(tables, applicationNamed(tables, name), hosts, (unit, storage) =>
        attach(unit, storage, attachStorage),
      ),
    removeUnit: (name: string): void => startRemoval(unitNamed(tables, name)),
    /** As `juju remove-unit --force` of a unit whose machine is gone: no hook of it runs any more. */
    async loseUnit(name: string): Promise<void> {
      const unit = unitNamed(tables, name)
      startRemoval(unit)
      await bury(unit)
    },
    /** The machine restarts; then Juju fires start, alone. */
    async reboot(name: string): Promise<void> {
      const unit = unitNamed(tables, name)
      await unit.host.reboot()
      unit.queued.push({ name: 'start', env: {}, done: () => {} })
    },
    removeApplication(name: string): void {
      const app = applicationNamed(tables, name)
      dyingApps.add(name)
      for (const relation of tables.relations.values()) if (hasEnd(relation, name)) relation.dying = true
      for (const unit of app.units) startRemoval(unit)
    },
    config: (name: string, values: Deploy['config']): void => configure(tables, name, values ?? {}),
    attachResource(name: string, resource: string, path: string): void {
      const app = applicationNamed(tables, name)
      app.resources.set(resource, path)
      app.modified += 1
    },
    async refresh(name: string, archive: string): Promise<void> {
      const app = applicationNamed(tables, name)
      app.charm = await readCharm(archive, options.cache)
      app.modified += 1
    },
    /** Update-status on every unit, or on one application's, as after five quiet minutes; then until nobody has anything to do. */
    async updateStatus(of?: string): Promise<readonly HookRun[]> {
      const apps = of === undefined ? [...tables.applications.values()] : [applicationNamed(tables, of)]
      for (const unit of apps.flatMap((app) => app.units)) unit.updateStatus = true
      return settle()
    },
    /** While it is away no hook starts, and the tools of those that run fail; `settle` waits until it is back. */
    controller(how: Tables['controller']): void {
      tables.controller = how
    },
    /** Lets virtual time pass: secrets become due for rotation, or expire. */
    async advance(ms: number): Promise<readonly HookRun[]> {
      tables.now += ms
      return settle()
    },
    /** Queues the action and settles. */
    async runAction(
      unit: string,
      name: string,
      params: Readonly<Record<string, unknown>> = {},
    ): Promise<Action> {
      const action = addAction(tables, unitNamed(tables, unit), name, params)
      await settle()
      return action
    },
    /** Kills the hook's process at the hook tools that this chooses, before they take effect. */
    killHooks(choose: KillHere): void {
      kill = choose
    },
    /** One more interface of the unit's machine, on the same bridge. */
    async addAddress(name: string, address: string): Promise<void> {
      const unit = unitNamed(tables, name)
      await inHost(unit.host, ['ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0'])
      unit.moreAddresses.push(address)
    },
    unit: (name: string): Unit => unitNamed(tables, name),
    databag(id: number, entity: string): Bag {
      return { ...tables.relations.get(id)?.bags.get(entity) }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await hosts[Symbol.asyncDispose]()
      if (!options.network) await network[Symbol.asyncDispose]()
      await rm(storage, { recursive: true, force: true })
    },
  }
}

function assertDetached(tables: Tables, storage: string): void {
  for (const app of tables.applications.values())
    for (const unit of app.units)
      if (unit.storage.has(storage)) throw new Error(`storage ${storage} is attached to ${unit.name}`)
}

function hasEnd(relation: Relation, app: string): boolean {
  return relation.ends.some((end) => end.app === app)
}

function configure(tables: Tables, name: string, values: NonNullable<Deploy['config']>): void {
  const app = applicationNamed(tables, name)
  for (const [option, value] of Object.entries(values)) {
    if (!app.charm.options.has(option)) throw new Error(`unknown option "${option}" of ${name}`)
    app.config[option] = value
  }
}

async function inHost(host: Host, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await host.run(argv)
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${host.name}: ${stderr}`)
}
