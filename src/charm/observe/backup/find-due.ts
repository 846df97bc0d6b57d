// When a backup was last due, by the option.

import { lastDue, parseSchedule } from '../../../interfaces/backup-schedule.ts'
import { runsBefore } from '../../../interfaces/cron-words.ts'
import type { Due } from '../../observed.ts'

/** That of a schedule's runs is told: for how many were missed, which is told up to there. */
const mostRuns = 10

/** @param who any text; another cluster's runs fall on other minutes, where the option names none */
export function findDue(option: string, now: number, who: string): Due {
  const schedule = parseSchedule(option)
  if (!schedule || schedule.kind === 'never') return { kind: 'never' }
  if (schedule.kind === 'every') {
    const at = lastDue(schedule, now, who)
    const earlier = Array.from({ length: mostRuns - 1 }, (_, nth) => at - (nth + 1) * schedule.period)
    return { kind: 'since', at, earlier }
  }
  const [at, ...earlier] = runsBefore(schedule.words, now, mostRuns)
  return at === undefined ? { kind: 'never' } : { kind: 'since', at, earlier }
}
