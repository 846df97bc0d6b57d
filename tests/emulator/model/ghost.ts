// Applications without machines, where a thousand are wanted. Their hooks come as Juju brings them and do nothing; what their charm
// would have asked of Juju in one, a test asks in its place: by the same tools, and committed by the same flush.

import type { Host } from '../host/host.ts'
import { flush } from './flush.ts'
import { openContext } from './hook-context.ts'
import { nextHook } from './next-hook.ts'
import { newUnit, nextUnitName } from './new-unit.ts'
import { addApplication, applicationNamed, unitNamed } from './operator.ts'
import { runTool } from './server.ts'
import type { Charm, HookToRun, Tables, Unit } from './state.ts'

/** Runs a hook tool as the unit that asks. @returns what it printed, without the last newline */
export type RunTool = (tool: string, ...args: readonly string[]) => Promise<string>

export interface Ghosts {
  /** An application with one unit and no machine: its hooks do nothing, and `as` asks in their place. */
  deployGhost(name: string, archive: string): Promise<void>
  /** What the charm of a unit without a machine asks of Juju in one hook; for a real unit, as by `juju exec`. */
  as(unit: string, ask: (run: RunTool) => Promise<void>): Promise<void>
  /** The hooks of an application's units about these relations count as run, by a charm that did nothing in them. */
  passOver(name: string, relations: ReadonlySet<number>): void
}

export function openGhosts(tables: Tables, read: (archive: string) => Promise<Charm>): Ghosts {
  const charms = new Map<string, Promise<Charm>>()
  return {
    async deployGhost(name, archive) {
      // An archive is large; a thousand ghosts are of one.
      const charm = charms.get(archive) ?? read(archive)
      charms.set(archive, charm)
      addGhost(tables, name, await charm)
    },
    as: (unit, ask) => actAs(tables, unitNamed(tables, unit), ask),
    passOver(name, relations) {
      runGhosts(tables)
      passOver(tables, applicationNamed(tables, name).units, relations)
    },
  }
}

const ghosts = new WeakSet<Unit>()

export function isGhost(unit: Unit): boolean {
  return ghosts.has(unit)
}

/** An application with one unit and no machine. */
function addGhost(tables: Tables, name: string, charm: Charm): Unit {
  const app = addApplication(tables, name, charm)
  const at = ghostsOf(tables).length
  const address = `10.255.${at >> 8}.${at & 0xff}`
  const unit = newUnit(tables, app, nowhere(nextUnitName(app), address))
  ghosts.add(unit)
  return unit
}

function ghostsOf(tables: Tables): readonly Unit[] {
  return [...tables.applications.values()].flatMap((app) => app.units).filter(isGhost)
}

/** Every hook that is due on units without machines. @returns the units that have run their last one */
export function runGhosts(tables: Tables): { readonly ran: number; readonly removed: readonly Unit[] } {
  const units = ghostsOf(tables)
  let ran = 0
  for (const unit of units) ran += runHooksOf(tables, unit)
  return { ran, removed: units.filter((unit) => unit.removed) }
}

function runHooksOf(tables: Tables, unit: Unit): number {
  for (let ran = 0; ; ran += 1) {
    const hook = nextHook(tables, unit)
    if (!hook) return ran
    finish(hook)
  }
}

/**
 * The hooks that are due on real units of an application about these relations count as run, by a charm that did nothing in them: as if
 * it had not led then, or had been another. A sweep makes up for it.
 */
function passOver(tables: Tables, units: readonly Unit[], relations: ReadonlySet<number>): void {
  for (const unit of units) {
    for (let hook = nextHook(tables, unit); hook?.relation !== undefined; hook = nextHook(tables, unit)) {
      if (!relations.has(hook.relation)) break
      finish(hook)
    }
  }
}

function finish(hook: HookToRun): void {
  hook.done()
  if (hook.action) hook.action.status = 'completed'
}

/** What its charm asks of Juju in a hook, when those that were due have run. */
async function actAs(tables: Tables, unit: Unit, ask: (run: RunTool) => Promise<void>): Promise<void> {
  if (isGhost(unit)) runHooksOf(tables, unit)
  const context = openContext(unit.name, tables, unit, { name: 'ghost', env: {}, done: () => {} })
  await ask(async (tool, ...args) => {
    const { code, out, err } = await runTool(context, tool, args, '')
    if (code !== 0) throw new Error(`${unit.name}: ${tool} ${args.join(' ')}: ${err}`)
    return out.trim()
  })
  flush(context)
}

function nowhere(name: string, address: string): Host {
  const fail = (): never => {
    throw new Error(`${name} has no machine`)
  }
  return {
    name,
    address,
    interfaces: [{ space: 'alpha', device: 'eth0', addresses: [address] }],
    small: false,
    enter: [],
    readdress: fail,
    plug: fail,
    setClock: fail,
    reboot: fail,
    outside: fail,
    spawn: fail,
    run: fail,
    async [Symbol.asyncDispose]() {},
  }
}
