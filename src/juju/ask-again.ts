// What Juju puts together of many reads, one after the other, fails as a whole where one of those things ends in between (4.0): that is over
// soon, and says nothing of what was asked for.

import { setTimeout as sleep } from 'node:timers/promises'
import { ToolError } from './errors.ts'

/** Milliseconds. */
const pauses = [200, 1000]

/**
 * Asks up to three times.
 *
 * @param isPassing tells of a failure whether it is of that kind
 * @throws {ToolError} none of its classes, by which callers would take it for an answer, where it does not pass
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  isPassing: (error: ToolError) => boolean,
): Promise<T> {
  for (let asked = 0; ; asked += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ToolError) || !isPassing(error)) throw error
      const pause = pauses[asked]
      if (pause === undefined) throw new ToolError(error.call, { cause: error })
      await sleep(pause)
    }
  }
}
