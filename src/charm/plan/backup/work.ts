// Whether work on a backup is under way, and what became of the last one.

import { isAhead } from '../../../interfaces/backup-layout.ts'
import type { BackupOutcome } from '../../../interfaces/backup-record.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { type BackupOnDisk, type Due, nothingOnDisk } from './backup-seen.ts'

export function workOf({ machine }: Observed): BackupOnDisk {
  return machine.backup ?? nothingOnDisk
}

/** It was begun, runs no more, and has left no word: the machine restarted, or somebody ended it. */
export function isLost({ begun, running, outcome }: BackupOnDisk): boolean {
  return begun !== undefined && !running && outcome?.token !== begun.token
}

export function planLoss(observed: Observed): readonly Step[] {
  const { begun } = workOf(observed)
  if (!begun || !isLost(workOf(observed))) return []
  return [{ kind: 'backup/note-loss', token: begun.token, why: 'the backup that was begun runs no more' }]
}

/** When the newest complete one was begun; `undefined` also for one of a time to come. Both in milliseconds since 1970. */
export function newestAt(outcome: BackupOutcome | undefined, now: number): number | undefined {
  const { id } = outcome?.newest ?? {}
  const at = id === undefined || isAhead(id, now) ? Number.NaN : Date.parse(id)
  return Number.isNaN(at) ? undefined : at
}

/**
 * As far as is known here: by this unit's own work, and where that has not reached the store yet, by what units told that led before. What
 * is on a leader's disk does not follow the leadership, and a backup grows no younger by it.
 */
export function newestKnown(observed: Observed): number | undefined {
  const { now, peers } = observed
  const { outcome } = workOf(observed)
  const own = newestAt(outcome, now)
  if (own !== undefined || outcome?.ended === 'done') return own
  const told = [...(peers?.units.values() ?? [])].flatMap(({ databag }) => databag.refresh?.backup ?? [])
  const past = told.filter((at) => at > 0 && at <= now)
  return past.length > 0 ? Math.max(...past) : undefined
}

/** Ids of a time to come, which count for nothing: what the store has, and what this unit took while its own clock was ahead. */
export function backupsAhead(outcome: BackupOutcome | undefined, now: number): readonly string[] {
  const { newest, ahead = [] } = outcome ?? {}
  return [...new Set([...(newest ? [newest.id] : []), ...ahead])].filter((id) => isAhead(id, now))
}

/** How many of the schedule's runs came after the newest backup was begun; of the earliest ones, which nobody counts, none. */
export function missedRuns(
  { at, earlier }: Extract<Due, { readonly kind: 'since' }>,
  newest: number,
): number {
  return [at, ...earlier].filter((run) => run > newest).length
}
