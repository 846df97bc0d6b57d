// When a backup is taken by itself: the newest one that is known of is older than the time at which one was last due. No timer and no
// memory; whoever leads next finds the same in the store.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { oneBackupAtATime, oneStoreAtATime, storeIsReady } from './guards.ts'
import { storesOf } from './stores.ts'
import { isLost, newestAt, workOf } from './work.ts'

/** What failed is not tried in every hook. */
const pauseMs = 10 * 60_000

export function planBackups(observed: Observed): readonly Step[] {
  const { backup, leaving, now, peers } = observed
  if (!backup || leaving || backup.due.kind !== 'since') return []
  if (peers?.application.founding?.born !== true) return []
  const stores = storesOf(observed)
  const work = workOf(observed)
  if (!oneStoreAtATime.holds(stores) || !storeIsReady.holds(stores)) return []
  if (!oneBackupAtATime.holds(work) || isLost(work)) return []
  const { at } = backup.due
  if ((newestAt(work.outcome) ?? 0) >= at) return []
  const failed = work.outcome?.ended === 'failed' ? work.outcome.at : undefined
  if (failed !== undefined && now - failed < pauseMs && !backup.retries) return []
  return [{ kind: 'backup/begin', since: at, why: `a backup is due since ${new Date(at).toISOString()}` }]
}
