// A Juju model on this machine: real dispatch processes of real charm archives, on hosts of their own, with a Juju that keeps
// its word about order, transactions and secrets. See README.md beside this file.

import { type Controller, openController } from './controller.ts'
import type { HostsOptions } from './host/host.ts'
import type { Family, Network } from './host/network.ts'
import type { KillHere } from './model/agent.ts'
import { readCharm } from './model/charm-archive.ts'
import { parseOptions } from './model/configure.ts'
import { consume, offer, resumeRelation, sidesOf, suspendRelation } from './model/cross-model.ts'
import { openAsks } from './model/asks.ts'
import { openAddresses } from './model/added-addresses.ts'
import { bagOf } from './model/databag.ts'
import { openGhosts } from './model/ghost.ts'
import {
  addApplication,
  addUnit,
  applicationNamed,
  integrate,
  newTables,
  removeApplication,
  removeOffer,
  removeRelation,
  removeSaas,
  unitNamed,
} from './model/operator.ts'
import { anyOf, loseRelation, passLeadership, startRemoval } from './model/removal.ts'
import { assertFits, attachResource } from './model/resources.ts'
import { restartAgent } from './model/restart.ts'
import type { Bag, HookRun, Profile, Relation, Tables, Unit } from './model/state.ts'
import { refreshApplication, skipFailedHook } from './model/upgrade.ts'

export { describeFailure, unavoidable } from './model/scheduler.ts'
export type { RunTool } from './model/ghost.ts'
export type { Action, HookRun, Profile, Relation, Unit } from './model/state.ts'

export interface ModelOptions {
  readonly name?: string
  readonly profile?: Profile
  /** What Juju says of itself, where a fault of an older one is wanted: `3.6.9`. */
  readonly version?: string
  /** For what Juju leaves to chance: whose hook comes next; and past 1, in 4.0, which of the units deployed together leads. */
  readonly seed?: number
  /** Folder of etcd's binaries. */
  readonly etcd: string
  /** Where archives are unpacked; kept from one model to the next. */
  readonly cache: string
  readonly onHook?: (run: HookRun) => void
  /** What units' machines are, where not all are the emulator's own hosts. */
  readonly openMachine?: HostsOptions['open']
  /** Hook tools that this Juju is too old for. */
  readonly without?: readonly string[]
  /** How many units' hooks may run at the same time; one, where it is left out. */
  readonly parallel?: number
  /** Whether each hook's time and memory are taken, at the cost of one more process. */
  readonly measure?: boolean
  /** The spaces that every machine has an interface in; one of IPv4, where they are left out. */
  readonly spaces?: Readonly<Record<string, Family>>
  /** One that other models are on too. */
  readonly network?: Network
  /** The table of the snap store, in `cache`; without one, it has every revision. */
  readonly snapStore?: string
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
  /** Storages that Juju makes as plain folders, since it can mount nothing on these machines. */
  readonly plainStorage?: readonly string[]
  /** Ids of storage that units left behind, for one unit only. */
  readonly attachStorage?: readonly string[]
}

export async function openModel(options: ModelOptions): Promise<Model> {
  const host = await openController(options)
  const { name = 'test', profile = '4.0', without } = options
  const tables = newTables(name, profile, host.random, host.models, without)
  if (options.version !== undefined) tables.version = options.version
  return modelOn(host, tables, async () => host[Symbol.asyncDispose]())
}

/** One more model on the controller of that one, which ends with it. */
export function openAnotherModel({ host, tables }: Model, name: string): Model {
  return modelOn(
    host,
    newTables(name, tables.profile, host.random, host.models, [...tables.without]),
    async () => {},
  )
}

export type Model = ReturnType<typeof modelOn>

function modelOn(host: Controller, tables: Tables, dispose: () => Promise<void>) {
  const attach =
    (given: readonly string[]) =>
    (unit: Unit, name: string): Promise<void> =>
      host.attach(tables, unit, name, given)
  const { settle, runOne } = host.scheduler
  const { profile } = tables
  return {
    host,
    tables,
    settle,
    runOne,
    async deploy(name: string, deploy: Deploy): Promise<void> {
      const {
        archive,
        units,
        config = {},
        resources = {},
        memoryStorage = {},
        plainStorage = [],
        attachStorage = [],
        bindings = {},
      } = deploy
      const charm = await readCharm(archive, host.cache)
      for (const [resource, path] of Object.entries(resources)) assertFits(charm, resource, path)
      const options = parseOptions(charm, config)
      const app = addApplication(tables, name, charm)
      Object.assign(app.config, options)
      Object.assign(app.bindings, bindings)
      for (const [resource, path] of Object.entries(resources)) app.resources.set(resource, path)
      for (const [storage, size] of Object.entries(memoryStorage)) app.memoryStorage.set(storage, size)
      for (const storage of plainStorage) app.plainStorage.add(storage)
      if (charm.subordinate && units !== undefined)
        throw new Error(`cannot use --num-units with the subordinate "${name}"`)
      const wanted = charm.subordinate ? 0 : (units ?? 1)
      for (let count = 0; count < wanted; count += 1)
        await addUnit(tables, app, host.hosts, attach(attachStorage))
      if (wanted > 1 && profile === '4.0' && host.anyLeads) app.leader = anyOf(tables, app.units)?.name
    },
    integrate: (one: string, other: string): Relation => integrate(tables, one, other),
    /** `app:endpoint` is offered to other models; its URL. */
    offer: (endpoint: string): string => offer(tables, endpoint).url,
    /** Another model's offer becomes an application of that name here, to integrate with. */
    consume: (url: string, saas: string): void => consume(tables, url, saas),
    removeOffer: (url: string): void => removeOffer(tables, url),
    removeSaas: (saas: string): void => removeSaas(tables, saas),
    suspendRelation: (id: number): void => suspendRelation(tables, id),
    resumeRelation: (id: number, how: { created?: boolean } = {}): void =>
      resumeRelation(tables, id, how.created),
    removeRelation: (id: number): void => removeRelation(tables, id),
    /** It is gone, and units still list it: until it is removed they hear nothing of its end. */
    loseRelation: (id: number): void => loseRelation(tables, id),
    /** At once, in the middle of a hook as well. */
    passLeadership: (name: string, to: string): void => passLeadership(applicationNamed(tables, name), to),
    /** Storage outlives its unit; `attachStorage` gives it to a new one before its first hook. */
    addUnit: async (name: string, attachStorage: readonly string[] = []): Promise<Unit> =>
      addUnit(tables, applicationNamed(tables, name), host.hosts, attach(attachStorage)),
    /** A leader that `keepsLease` leads through all its last hooks, as in 4.0, or as one that goes faster than its lease. */
    removeUnit: (name: string, { keepsLease }: { keepsLease?: boolean } = {}): void =>
      startRemoval(tables, unitNamed(tables, name), keepsLease),
    /** As `juju remove-unit --force` of a unit whose machine is gone: no hook of it runs any more. */
    async loseUnit(name: string): Promise<void> {
      const unit = unitNamed(tables, name)
      startRemoval(tables, unit)
      await host.bury(tables, unit)
    },
    /** The machine restarts; then Juju fires start, alone: where the storage comes late, before it is mounted. `killHooks` can have it happen within a hook. */
    reboot: (name: string, { storageLate = false } = {}): Promise<void> =>
      host.reboot(tables, unitNamed(tables, name), storageLate),
    /** The agents of all units, as `juju model-config automatically-retry-hooks=…` restarts them: no hook runs because of it. */
    restartAgents(): void {
      for (const app of tables.applications.values()) for (const unit of app.units) restartAgent(tables, unit)
    },
    /** As Juju 4.0 does where the same endpoints were related shortly before: created is the last hook, until agents restart. */
    stallRelation(id: number): void {
      const relation = tables.relations.get(id)
      if (relation) for (const side of sidesOf(tables, relation)) side.relation.stalled = true
    },
    /** Pulls the machine's cable, also to the controller: no hook of the unit runs until it is plugged in again. */
    async cutOff(name: string): Promise<void> {
      const unit = unitNamed(tables, name)
      unit.unreachable = true
      await unit.host.plug('out')
    },
    async plugIn(name: string): Promise<void> {
      const unit = unitNamed(tables, name)
      await unit.host.plug('in')
      unit.unreachable = false
    },
    /** Juju mounts what a reboot took away. */
    mountStorage: (name: string): Promise<void> => host.attachAgain(unitNamed(tables, name)),
    /** What is mounted after the next reboot is another, empty disk. */
    exchangeStorage: (name: string): Promise<void> => host.exchange(tables, unitNamed(tables, name)),
    removeApplication: (name: string): void => removeApplication(tables, name),
    config(name: string, values: Deploy['config']): void {
      const { charm, config } = applicationNamed(tables, name)
      Object.assign(config, parseOptions(charm, values ?? {}))
    },
    resetConfig(name: string, options: readonly string[]): void {
      for (const option of options) delete applicationNamed(tables, name).config[option]
    },
    attachResource: (name: string, resource: string, path: string): void =>
      attachResource(applicationNamed(tables, name), resource, path),
    async refresh(name: string, archive: string, { forceUnits = false } = {}): Promise<void> {
      refreshApplication(applicationNamed(tables, name), await readCharm(archive, host.cache), forceUnits)
    },
    skipFailedHook: (name: string): void => skipFailedHook(unitNamed(tables, name)),
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
    /** Kills the hook's process at the hook tools that this chooses, before they take effect. */
    killHooks(choose: KillHere): void {
      host.kill = choose
    },
    ...openAsks(tables, settle),
    ...openAddresses(tables),
    ...openGhosts(tables, (archive) => readCharm(archive, host.cache)),
    unit: (name: string): Unit => unitNamed(tables, name),
    databag(id: number, entity: string): Bag {
      const relation = tables.relations.get(id)
      return relation ? { ...bagOf(relation, entity) } : {}
    },
    [Symbol.asyncDispose]: dispose,
  }
}
