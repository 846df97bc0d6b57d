// A member that runs and lets nobody in, by the truststore that it has loaded: too large a one, or one without the administrator's
// authority. Its raft goes on all the while, as peers know each other by other certificates; to clients it is not there.

import type { LockedOut, Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'

export function lockedOut({ etcd }: Observed): LockedOut | undefined {
  return etcd.kind === 'unasked' ? undefined : etcd.lockedOut
}

/**
 * Once in a hook. No turn is to be had where all are like this, for the lock is behind the same door; and none is needed, since nobody is
 * served and whatever is restarted finds its peers again.
 */
export function whyLoadAnew(observed: Observed): string | undefined {
  const locked = lockedOut(observed)
  return locked && !locked.again ? 'it lets nobody in with the truststore that it has loaded' : undefined
}

export function lockOutConditions(observed: Observed): readonly Condition[] {
  const locked = lockedOut(observed)
  if (!locked) return []
  const what = `etcd runs and lets nobody in with the truststore that it has loaded (${locked.words})`
  const message = locked.again
    ? `${what}, nor did a restart help; remove clients or authorities of client-cas`
    : `${what}; wait until it has restarted with one that fits`
  return [{ status: locked.again ? 'blocked' : 'waiting', message, scope: 'unit', stake: 'cluster' }]
}
