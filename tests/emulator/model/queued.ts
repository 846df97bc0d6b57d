// Hooks that a unit must run next, one after the other.

import type { HookToRun, Unit } from './state.ts'

export function firstQueued(unit: Unit): HookToRun | undefined {
  const queued = unit.queued[0]
  if (!queued) return undefined
  const done = (): void => {
    unit.queued.shift()
    queued.done()
  }
  return { ...queued, done }
}
