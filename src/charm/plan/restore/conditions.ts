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
    const message = `what was to be restored from ${snapshot} is gone from this unit; run restore undo=true on the leader`
    return [{ status: 'blocked', message, ...unit }]
  }
  if (founderOf(observed) !== undefined) {
    const message = `restoring ${snapshot}: waiting for etcd to serve it on ${restore.unit}`
    return isClaimed(observed) ? [] : [{ status: 'maintenance', message, ...unit }]
  }
  const message =
    missing.length === 0
      ? `restoring ${snapshot}: waiting for ${restore.unit} to begin`
      : `restoring ${snapshot}: waiting for ${missing.join(', ')} to stand still; bring it back, or run restore again with force=true without=${missing.join(',')}`
  return [{ status: 'maintenance', message, ...unit }]
}

function isReady({ machine, peers }: Observed): boolean {
  return machine.ready?.token === peers?.application.founding?.token
}
