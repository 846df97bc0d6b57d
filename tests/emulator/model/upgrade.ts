// How units come to another charm, and what an operator does about a hook that keeps failing (facts/juju.md §1.5).

import type { Application, Charm, Unit } from './state.ts'

/**
 * All units run upgrade-charm with the new code; one in error not before its hook has ended well. With `--force-units` that one's files are
 * swapped as well, and its hook is retried with them: it never runs upgrade-charm.
 */
export function refreshApplication(app: Application, charm: Charm, forceUnits: boolean): void {
  app.charm = charm
  app.charmRevision += 1
  app.modified += 1
  if (forceUnits) for (const unit of app.units) if (unit.failed) unit.modifiedSeen = app.modified
}

/** As `juju resolve --no-retry`: the hook counts as run, and nothing of what it had asked for is committed. */
export function skipFailedHook(unit: Unit): void {
  const { failed } = unit
  if (!failed) throw new Error(`unit "${unit.name}" is not in an error state`)
  failed.done()
  unit.failed = undefined
  unit.agent = 'idle'
}
