// Whose hook runs next, and how many units run theirs at the same time. Hooks of one unit never overlap; those of units on
// different machines do, as on a controller, where the model was opened with room for them.

import { setTimeout as sleep } from 'node:timers/promises'
import { type RunOptions, runHook } from './agent.ts'
import { assertConsistent } from './consistency.ts'
import { isGhost, runGhosts } from './ghost.ts'
import { nextHook } from './next-hook.ts'
import { grantLeases } from './removal.ts'
import type { HookRun, Tables, Unit, HookToRun } from './state.ts'

export interface SchedulerOptions extends RunOptions {
  /** Every model of the controller. */
  readonly models: readonly Tables[]
  readonly random: () => number
  /** How many hooks may run at once; with one the order is the seed's alone. */
  readonly parallel: number
  readonly onHook?: ((run: HookRun) => void) | undefined
  /** A unit has run its last hook. */
  readonly bury: (tables: Tables, unit: Unit) => Promise<void>
}

export interface Scheduler {
  /** The next hook, of a unit that chance picks; `undefined` where nobody has anything to do. */
  runOne(): Promise<HookRun | undefined>
  /** Runs hooks until nobody has anything to do. A hook that keeps failing ends it with what the hook said. */
  settle(): Promise<readonly HookRun[]>
}

/** A hook that fails as often as this in a row is not going to mend itself. */
const patience = 4
/** So many hooks without rest are a charm that never settles. */
const restless = 1000

/** How likely a lease is free before the next hook; it is for certain when nobody has anything else to do. */
const soon = 0.2

interface Picked {
  readonly tables: Tables
  readonly unit: Unit
}

export function openScheduler(options: SchedulerOptions): Scheduler {
  const { models, random, parallel, onHook, bury } = options
  /** Whether it holds the lock of its machine. */
  const busy = new Map<Unit, boolean>()
  const isFree = (tables: Tables, unit: Unit): boolean => {
    const hook = nextHook(tables, unit)
    if (!hook || busy.has(unit)) return false
    const locked = [...busy].some(([other, locks]) => locks && other.host === unit.host)
    return !locked || !takesLock(unit, hook)
  }
  const pick = (): Picked | undefined => {
    for (const tables of models) grantLeases(tables, () => random() < soon)
    return (
      pickUnit() ??
      (models.map((tables) => grantLeases(tables, () => true)).includes(true) ? pickUnit() : undefined)
    )
  }
  const pickUnit = (): Picked | undefined => {
    const units = unitsOf(models).filter(
      ({ tables, unit }) =>
        tables.controller === 'here' && !unit.unreachable && !isGhost(unit) && isFree(tables, unit),
    )
    return units[Math.floor(random() * units.length)]
  }
  const run = async ({ tables, unit }: Picked): Promise<HookRun> => {
    const hook = nextHook(tables, unit)
    if (!hook) throw new Error(`${unit.name} was picked and has nothing to do`)
    busy.set(unit, takesLock(unit, hook))
    try {
      const ran = await runHook(tables, unit, hook, options)
      onHook?.(ran)
      if (unit.removed) await bury(tables, unit)
      for (const model of models) assertConsistent(model)
      return ran
    } finally {
      busy.delete(unit)
    }
  }
  /** Hooks of units without machines take no time: theirs come when the others have none. */
  const runTheGhosts = async (): Promise<boolean> => {
    let any = false
    for (const tables of models.filter((model) => model.controller === 'here')) {
      const { ran, removed } = runGhosts(tables)
      for (const unit of removed) await bury(tables, unit)
      any ||= ran > 0
    }
    return any
  }
  const runOne = async (): Promise<HookRun | undefined> => {
    const unit = pick() ?? ((await runTheGhosts()) ? pick() : undefined)
    return unit && run(unit)
  }
  const settle = async (): Promise<readonly HookRun[]> => {
    const judge = openJudge()
    const running = new Set<Promise<void>>()
    const runs: HookRun[] = []
    for (;;) {
      while (running.size < parallel) {
        const unit = pick()
        if (!unit) break
        const one: Promise<void> = run(unit).then((ran) => {
          running.delete(one)
          runs.push(ran)
          judge(runs, ran)
        })
        running.add(one)
      }
      if (running.size === 0 && (await runTheGhosts())) continue
      if (running.size === 0 && models.every(({ controller }) => controller === 'here')) return runs
      try {
        await Promise.race(running.size > 0 ? running : [sleep(50)])
      } catch (error) {
        await Promise.allSettled(running)
        throw error
      }
    }
  }
  return { runOne, settle }
}

function takesLock(unit: Unit, { action }: HookToRun): boolean {
  return action === undefined || !unit.app.charm.parallelActions.has(action.name)
}

/** How hooks end that were made to end so. */
export const unavoidable: ReadonlySet<string> = new Set(['killed', 'cut off'])

/** Throws when a hook fails again and again, or when there is no end. What an operator asked for may fail. */
function openJudge(): (runs: readonly HookRun[], last: HookRun) => void {
  const failures = new Map<string, number>()
  return (runs, last) => {
    if (!last.asked) {
      const failed = (failures.get(last.unit) ?? 0) + 1
      if (last.exit === 0) failures.delete(last.unit)
      else if (!(typeof last.exit === 'string' && unavoidable.has(last.exit))) failures.set(last.unit, failed)
      if ((failures.get(last.unit) ?? 0) >= patience) throw new Error(describeFailure(last))
    }
    if (runs.length > restless)
      throw new Error(`no rest after ${restless} hooks; the last was ${last.hook} of ${last.unit}`)
  }
}

export function unitsOf(models: readonly Tables[]): readonly Picked[] {
  return models.flatMap((tables) =>
    [...tables.applications.values()].flatMap((app) => app.units.map((unit) => ({ tables, unit }))),
  )
}

export function describeFailure(run: HookRun): string {
  return [
    `hook failed: "${run.hook}" of ${run.unit} (${run.exit})`,
    ...run.log.slice(-15),
    run.stderr.slice(-3000),
  ].join('\n')
}
