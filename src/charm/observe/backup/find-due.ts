// When a backup was last due, by the option. Cron is read by croner, which is loaded where the option is cron and nowhere else.

import { lastDue, parseSchedule } from '../../../interfaces/backup-schedule.ts'
import type { Due } from '../../observed.ts'

/** That of a schedule's runs is told: for how many were missed, which is told up to there. */
const mostRuns = 10

/** @param who any text; another cluster's runs fall on other minutes, where the option names none */
export async function findDue(option: string, now: number, who: string): Promise<Due> {
  const schedule = parseSchedule(option)
  if (!schedule || schedule.kind === 'never') return { kind: 'never' }
  if (schedule.kind === 'every') {
    const at = lastDue(schedule, now, who)
    const earlier = Array.from({ length: mostRuns - 1 }, (_, nth) => at - (nth + 1) * schedule.period)
    return { kind: 'since', at, earlier }
  }
  const { Cron } = await import('croner')
  try {
    const runs = new Cron(schedule.words, { timezone: 'UTC' }).previousRuns(mostRuns, new Date(now))
    const [at, ...earlier] = runs.map((run) => run.getTime())
    // A time that has never been, the 30th of February say.
    if (at === undefined) return { kind: 'invalid', words: `${schedule.words} is never due` }
    return { kind: 'since', at, earlier }
  } catch (error) {
    return { kind: 'invalid', words: error instanceof Error ? error.message : String(error) }
  }
}
