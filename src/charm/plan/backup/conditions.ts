// What `juju status` tells of backups: stores that can't be used, a backup under way, one that failed, and none for too long.

import type { BackupOutcome, StoreSeen } from '../../../interfaces/backup-record.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import type { BackupOnDisk } from './backup-seen.ts'
import { oneStoreAtATime } from './guards.ts'
import { storesOf } from './stores.ts'
import { backupsAhead, missedRuns, newestKnown, workOf } from './work.ts'

export function backupConditions(observed: Observed): readonly Condition[] {
  const { backup, leader } = observed
  if (!leader || !backup) return []
  const stores = storesOf(observed)
  const work = workOf(observed)
  return [
    ...scheduleConditions(observed, stores),
    ...storeConditions(stores),
    ...workConditions(work),
    ...(stores.length > 0 && !work.running ? failureConditions(work.outcome) : []),
    ...(stores.length > 0 && !work.running ? verificationConditions(observed, work.outcome) : []),
    ...(stores.length > 0 ? clockConditions(observed, work) : []),
    ...ageConditions(observed, stores),
  ]
}

function scheduleConditions({ backup }: Observed, stores: readonly StoreSeen[]): readonly Condition[] {
  if (backup?.due.kind !== 'since' || stores.length > 0) return []
  return [blocked('backup-schedule is set, and there is no store; integrate s3-credentials or another one')]
}

function blocked(message: string): Condition {
  return { status: 'blocked', message, scope: 'application' }
}

function storeConditions(stores: readonly StoreSeen[]): readonly Condition[] {
  if (stores.length > 1 && !oneStoreAtATime.holds(stores)) {
    const names = stores.map(({ endpoint, application }) => `${endpoint} (${application})`).join(' and ')
    return [blocked(`more than one store is related: ${names}; remove all but one`)]
  }
  return stores.flatMap(({ endpoint, application, state, words }): readonly Condition[] => {
    if (state === 'ready') return []
    if (state === 'invalid') return [blocked(`${endpoint}: ${words}; correct it in ${application}`)]
    const message = `${endpoint}: waiting for ${application} to give ${words}`
    return [{ status: 'waiting', message, scope: 'application' }]
  })
}

function workConditions({ running, progress, begun }: BackupOnDisk): readonly Condition[] {
  if (!running || !begun) return []
  const far = progress?.token === begun.token ? describeProgress(progress.bytes, progress.total) : 'begun'
  return [{ status: 'active', message: `a backup is under way (${far})`, scope: 'application' }]
}

export function describeProgress(bytes: number, total: number): string {
  return total > 0 ? `${megabytes(bytes)} of ${megabytes(total)} MB` : `${megabytes(bytes)} MB`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

/** What passes by itself is told beside an active status: etcd serves, and the next attempt may succeed. */
function failureConditions(outcome: BackupOutcome | undefined): readonly Condition[] {
  const { failure, ended, warnings = [] } = outcome ?? {}
  if (ended !== 'failed' || !failure)
    return warnings.map((words) => ({ status: 'active', message: `backups: ${words}`, scope: 'application' }))
  const message = `the last backup failed: ${failure.words}`
  switch (failure.kind) {
    case 'denied':
      return [blocked(`${message}; see that the store's keys are right and may write, and run create-backup`)]
    case 'untrusted':
      return [blocked(`${message}; set backup-ca to the store's authority, and run create-backup`)]
    case 'no-bucket':
      return [blocked(`${message}; make the bucket, or name another, and run create-backup`)]
    case 'full':
      return [blocked(`${message}; make room in the store, and run create-backup`)]
    case 'unavailable':
    case 'etcd':
    case 'other':
      return [
        {
          status: 'active',
          message: `${message}; run create-backup once it is mended`,
          scope: 'application',
        },
      ]
  }
}

/** Of the newest backup and no other: what was found of an earlier one is of the past. */
function verificationConditions(
  { config }: Observed,
  outcome: BackupOutcome | undefined,
): readonly Condition[] {
  const { newest, verification } = outcome ?? {}
  if (!config.inForce['backup-verify'] || !verification || verification.id !== newest?.id) return []
  const { id, found, words } = verification
  if (found === 'unusable')
    return [blocked(`the newest backup (${id}) can't be restored (${words}); run create-backup`)]
  if (words === undefined) return []
  const message = found === 'sound' ? `backups: ${words}` : `the newest backup is not verified: ${words}`
  return [{ status: 'active', message, scope: 'application' }]
}

/** Nobody but the operator knows whose clock is wrong: that of whoever took it then, or this unit's now, which would be mended first. */
function clockConditions({ now }: Observed, { outcome }: BackupOnDisk): readonly Condition[] {
  const [id, ...others] = backupsAhead(outcome, now)
  if (id === undefined) return []
  const what = others.length === 0 ? id : `${id} (and ${others.length} more)`
  const message = `a backup of a time to come does not count: ${what}; see that this unit's clock is right, then run delete-backup`
  return [{ status: 'active', message, scope: 'application' }]
}

/** Where two runs were missed something is wrong, whatever it is: the last one may be under way, the one before it is not. */
function ageConditions(observed: Observed, stores: readonly StoreSeen[]): readonly Condition[] {
  const { backup, now } = observed
  const newest = newestKnown(observed)
  if (backup?.due.kind !== 'since' || newest === undefined || stores.length === 0) return []
  if (missedRuns(backup.due, newest) < 2) return []
  const message = `the newest backup is of ${describeAge(now - newest)} ago; see list-backups, and run create-backup`
  return [{ status: 'active', message, scope: 'application' }]
}

/** Whole hours and days: the message is not to change in every hook. */
export function describeAge(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  return hours < 48 ? `${Math.max(1, hours)} h` : `${Math.floor(hours / 24)} days`
}
