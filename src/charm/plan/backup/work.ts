// Whether work on a backup is under way, and what became of the last one.

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

/** When the newest complete one was begun. */
export function newestAt(outcome: BackupOutcome | undefined): number | undefined {
  const at = outcome?.newest && Date.parse(outcome.newest.id)
  return at === undefined || Number.isNaN(at) ? undefined : at
}

/** How many of the schedule's runs came after the newest backup was begun; of the earliest ones, which nobody counts, none. */
export function missedRuns(
  { at, earlier }: Extract<Due, { readonly kind: 'since' }>,
  newest: number,
): number {
  return [at, ...earlier].filter((run) => run > newest).length
}
