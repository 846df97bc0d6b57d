// Five words of cron, as croner reads them, in UTC.

import { Cron } from 'croner'

const fiveWords = /^[\d*/,#?L-]+ [\d*/,#?L-]+ [\d*/,#?LW-]+ [\d*/,A-Za-z-]+ [\d*/,#A-Za-z-]+$/

/** From a given time on: whether a day ever comes does not hang on when it is asked. */
const longAgo = new Date(0)
/** A day that never comes is looked for through centuries; options are read several times in a hook. */
const known = new Map<string, string | undefined>()

/** Why no time is ever due by these words; `undefined` where one is. */
export function faultOfCron(words: string): string | undefined {
  if (!known.has(words)) known.set(words, findFault(words))
  return known.get(words)
}

function findFault(words: string): string | undefined {
  if (!fiveWords.test(words)) return 'it is not five words of cron'
  try {
    return openCron(words).nextRun(longAgo) ? undefined : `${words} is never due`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** @returns milliseconds since 1970 of runs before `now`, the latest first */
export function runsBefore(words: string, now: number, most: number): readonly number[] {
  return openCron(words)
    .previousRuns(most, new Date(now))
    .map((run) => run.getTime())
}

function openCron(words: string): Cron {
  return new Cron(words, { utcOffset: 0 })
}
