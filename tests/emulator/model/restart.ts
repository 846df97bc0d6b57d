// What a unit's agent has forgotten when it was restarted, alone or with its machine (facts/juju.md §3.8).

import type { Tables, Unit } from './state.ts'

/** No hook runs because of it; of what the unit had entered, its agent no longer knows what kind it is and who is at the other end. */
export function restartAgent(tables: Tables, unit: Unit): void {
  for (const [id, seen] of unit.relations) {
    if (seen.created && !seen.broken) seen.older = true
    seen.kept.clear()
    const relation = tables.relations.get(id)
    if (relation) relation.stalled = false
  }
}

/** With its machine: a hook that was cut off runs again, and then start, before all else. */
export function restartMachine(tables: Tables, unit: Unit): void {
  restartAgent(tables, unit)
  unit.rebooted = unit.configSeen !== undefined
}
