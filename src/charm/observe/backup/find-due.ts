// When a backup was last due, by the option. Cron is read by croner, which is loaded where the option is cron and nowhere else.

import { lastDue, parseSchedule } from '../../../interfaces/backup-schedule.ts'
import type { Charm } from '../../charm.ts'
import type { Due } from '../../observed.ts'

export async function findDue(option: string, { now, context }: Charm): Promise<Due> {
  const schedule = parseSchedule(option)
  if (!schedule || schedule.kind === 'never') return { kind: 'never' }
  if (schedule.kind === 'every') {
    const at = lastDue(schedule, now, `${context.model.uuid}/${context.app}`)
    return { kind: 'since', at, period: schedule.period }
  }
  const { Cron } = await import('croner')
  try {
    const [last, before] = new Cron(schedule.words, { timezone: 'UTC' }).previousRuns(2, new Date(now))
    // A time that has never been, the 30th of February say.
    if (!last) return { kind: 'invalid', words: `${schedule.words} is never due` }
    return { kind: 'since', at: last.getTime(), period: before ? last.getTime() - before.getTime() : 0 }
  } catch (error) {
    return { kind: 'invalid', words: error instanceof Error ? error.message : String(error) }
  }
}
