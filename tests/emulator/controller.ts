// What the models of one controller share: hosts on one network, storage, chance, and whose hook runs next.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hosts, openHosts } from './host/host.ts'
import { openNetwork } from './host/network.ts'
import type { ModelOptions } from './index.ts'
import type { KillHere } from './model/agent.ts'
import { forgetUnit } from './model/removal.ts'
import { seededRandom } from './model/random.ts'
import { restartMachine } from './model/restart.ts'
import { closeRunSocket } from './model/run-socket.ts'
import { openScheduler, type Scheduler, unitsOf } from './model/scheduler.ts'
import type { Tables, Unit } from './model/state.ts'
import { openStorage } from './model/storage.ts'

export interface Controller extends AsyncDisposable {
  readonly models: Tables[]
  readonly random: () => number
  /** Whether the unit that leads may be any of those that are deployed together; by the first seed it is the first. */
  readonly anyLeads: boolean
  readonly hosts: Hosts
  /** Where archives are unpacked. */
  readonly cache: string
  readonly scheduler: Scheduler
  /** Where hooks are killed. */
  kill: KillHere
  /** Mounts a new storage of that name, or one of those given, which units left behind. */
  attach(tables: Tables, unit: Unit, storage: string, given: readonly string[]): Promise<void>
  takeAway(unit: Unit): Promise<void>
  exchange(tables: Tables, unit: Unit): Promise<void>
  /** What a machine forgets when it is rebooted. */
  attachAgain(unit: Unit): Promise<void>
  /** The unit's machine restarts, and its agent with it; where its storage comes late, that is not mounted yet. */
  reboot(tables: Tables, unit: Unit, storageLate?: boolean): Promise<void>
  /** After its last hook, or when its machine is lost. */
  bury(tables: Tables, unit: Unit): Promise<void>
}

export async function openController(options: ModelOptions): Promise<Controller> {
  const { cache, etcd, parallel = 1, measure = false, onHook } = options
  await mkdir(cache, { recursive: true })
  const storage = await mkdtemp(join(tmpdir(), 'emulator-storage-'))
  const network = options.network ?? (await openNetwork(options.spaces))
  const hosts = openHosts({
    etcd,
    binds: [cache, storage],
    network,
    open: options.openMachine,
    snapStore: options.snapStore,
  })
  const random = seededRandom(options.seed ?? 1)
  const models: Tables[] = []
  const bury = async (tables: Tables, unit: Unit): Promise<void> => {
    closeRunSocket(unit)
    forgetUnit(tables, unit)
    if (!unitsOf(models).some((row) => row.unit.host === unit.host)) await unit.host[Symbol.asyncDispose]()
  }
  const mounts = openStorage(storage)
  const reboot: Controller['reboot'] = async (_, unit, storageLate = false) => {
    if (storageLate) await mounts.takeAway(unit)
    await unit.host.reboot()
    if (!storageLate) await mounts.attachAgain(unit)
    for (const row of unitsOf(models)) if (row.unit.host === unit.host) restartMachine(row.tables, row.unit)
  }
  const kill: KillHere = (...call) => controller.kill(...call)
  const controller: Controller = {
    models,
    random,
    anyLeads: (options.seed ?? 1) !== 1,
    hosts,
    cache,
    scheduler: openScheduler({ models, random, parallel, kill, measure, onHook, bury, reboot }),
    kill: () => false,
    ...mounts,
    reboot,
    bury,
    async [Symbol.asyncDispose]() {
      for (const { applications } of models)
        for (const { units } of applications.values()) units.forEach(closeRunSocket)
      // Whoever waits until a controller is back waits no longer.
      models.length = 0
      await hosts[Symbol.asyncDispose]()
      if (!options.network) await network[Symbol.asyncDispose]()
      await rm(storage, { recursive: true, force: true })
    },
  }
  return controller
}
