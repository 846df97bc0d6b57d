// What a restore that is under way waits for, for `juju status`.

import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { founderOf, isClaimed, restoresHere, restoreUnderWay, stillToStop } from './under-way.ts'

export function restoreConditions(observed: Observed): readonly Condition[] {
  const restore = restoreUnderWay(observed)
  if (!restore) return []
  const unit = { scope: 'unit', stake: 'cluster' } as const
  const { snapshot } = restore
  const missing = stillToStop(observed)
  if (restoresHere(observed) && !isClaimed(observed) && !isReady(observed)) {
    // Another leader can't know whether this one serves already, once all others stand still.
    const how =
      observed.leader || missing.length > 0
        ? 'run restore undo=true confirm=true on the leader'
        : wayOut(observed.unit)
    const message = `what was to be restored from ${snapshot} is gone from this unit; ${how}`
    return [{ status: 'blocked', message, ...unit }]
  }
  if (founderOf(observed) !== undefined) {
    const message = `restoring ${snapshot}: waiting for etcd to serve it on ${restore.unit}`
    return isClaimed(observed) ? [] : [{ status: 'maintenance', message, ...unit }]
  }
  const message =
    missing.length === 0
      ? `restoring ${snapshot}: waiting for ${restore.unit} to begin`
      : `restoring ${snapshot}: waiting for ${missing.join(', ')} to stand still; bring it back, or run restore without=${missing.join(',')} force=true confirm=true on the leader`
  return [{ status: 'maintenance', message, ...unit }]
}

/** Where the unit that restores has lost what it is to restore, does not lead, and all others stand still for it. */
export function wayOut(unit: string): string {
  return `remove ${unit}, and the others go on with what they had; or run restore undo=true confirm=true on it once it leads`
}

function isReady({ machine, peers }: Observed): boolean {
  return machine.ready?.token === peers?.application.founding?.token
}
