// What a restore that is under way waits for, for `juju status`.

import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import {
  founderOf,
  isClaimed,
  isRestorerGone,
  restoresHere,
  restoreUnderWay,
  stillToStop,
} from './under-way.ts'

export function restoreConditions(observed: Observed): readonly Condition[] {
  const restore = restoreUnderWay(observed)
  // Then who founds instead of it is what is waited for.
  if (!restore || isRestorerGone(observed)) return []
  const tell = (status: Condition['status'], message: string): readonly Condition[] => [
    { status, message, scope: 'unit', stake: 'cluster' },
  ]
  const { snapshot, unit } = restore
  const missing = stillToStop(observed)
  const here = restoresHere(observed)
  if (here && !isClaimed(observed) && !isReady(observed)) {
    // Another leader can't know whether this one serves already, once all others stand still.
    const how =
      observed.leader || missing.length > 0
        ? 'run restore undo=true confirm=true on the leader'
        : wayOut(unit)
    return tell('blocked', `what was to be restored from ${snapshot} is gone from this unit; ${how}`)
  }
  const way = withoutRestorer(unit)
  if (founderOf(observed) !== undefined) {
    if (isClaimed(observed)) return []
    return here
      ? tell('maintenance', `restoring ${snapshot}: waiting for etcd to serve it on ${unit}`)
      : tell(
          'maintenance',
          `restoring ${snapshot}: waiting for etcd to serve it on ${unit}; if its machine is gone: ${way}`,
        )
  }
  if (missing.length > 0)
    return tell(
      'maintenance',
      `restoring ${snapshot}: waiting for ${missing.join(', ')} to stand still; bring it back, or run restore without=${missing.join(',')} force=true confirm=true on the leader`,
    )
  return tell(
    'maintenance',
    `restoring ${snapshot}: waiting for ${unit} to begin; if its machine is gone: ${way}`,
  )
}

/** Whoever is left has told how far its data goes, and the furthest founds: so it is where the unit that was to restore is gone. */
function withoutRestorer(unit: string): string {
  return `juju remove-unit --force ${unit}, and the others go on with what they had`
}

/** Where the unit that restores has lost what it is to restore, does not lead, and all others stand still for it. */
export function wayOut(unit: string, { isLost = false } = {}): string {
  const remove = isLost ? withoutRestorer(unit) : `remove ${unit}, and the others go on with what they had`
  return `${remove}; or run restore undo=true confirm=true on it once it leads`
}

function isReady({ machine, peers }: Observed): boolean {
  return machine.ready?.token === peers?.application.founding?.token
}
