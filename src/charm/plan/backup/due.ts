// When a backup is taken by itself: the newest one that is known of is older than the time at which one was last due. No timer and no
// memory; whoever leads next finds the same in the store.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { isRecent } from '../is-recent.ts'
import type { BackupOnDisk } from './backup-seen.ts'
import { oneBackupAtATime, oneStoreAtATime, storeIsReady } from './guards.ts'
import { storesOf } from './stores.ts'
import { isLost, newestAt, workOf } from './work.ts'

/** What could not be tried, for want of room say: it is a day's backup that is fetched each time. */
const laterMs = 60 * 60_000
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
  const why = isDue(work, at, now)
    ? `a backup is due since ${new Date(at).toISOString()}`
    : whyVerify(observed)
  if (why === undefined) return []
  const failed = work.outcome?.ended === 'failed' ? work.outcome.at : undefined
  if (failed !== undefined && isRecent(failed, pauseMs, now) && !backup.retries) return []
  return [{ kind: 'backup/begin', since: at, why }]
}

function isDue({ outcome }: BackupOnDisk, at: number, now: number): boolean {
  return (newestAt(outcome, now) ?? 0) < at
}

/** Where the work finds that no backup is due, it verifies the newest all the same. */
function whyVerify(observed: Observed): string | undefined {
  const { config, now } = observed
  const { at = 0, newest, verification } = workOf(observed).outcome ?? {}
  if (!config.inForce['backup-verify'] || !newest) return undefined
  if (verification?.id === newest.id && (verification.found !== 'nothing' || isRecent(at, laterMs, now)))
    return undefined
  return `whether ${newest.id} can be restored is not known`
}
