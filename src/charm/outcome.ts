// What came of a plan, by what the caller does about it: wait (something passes by itself; exit 0), block (a human must act;
// exit 0) or fail (a bug; throw, so that Juju rolls back and retries).

import { diskFailureOf } from '../machine/disk.ts'
import { CommandFailed, CommandMissing } from '../machine/process.ts'
import { plainText } from '../plain-text.ts'
import type { Condition } from './step.ts'

/** Something that passes by itself or that another hook will find mended. */
export class Waiting extends Error {
  override readonly name = 'Waiting'
}

/** Something that a human must mend; the message names it and the remedy. */
export class Blocked extends Error {
  override readonly name = 'Blocked'
}

const longestWords = 500

/** The condition that an error stands for; `undefined` for a bug. */
export function conditionOf(error: unknown): Condition | undefined {
  if (error instanceof Waiting) return { status: 'waiting', message: error.message, scope: 'unit' }
  if (error instanceof Blocked) return { status: 'blocked', message: error.message, scope: 'unit' }
  // A program's own words, systemctl's say, tell more than a failed hook would (docs/adr/0041).
  const ofMachine =
    error instanceof CommandFailed || error instanceof CommandMissing ? error : diskFailureOf(error)
  if (!ofMachine) return undefined
  const message = plainText(ofMachine.message.replaceAll('\n', ' '), longestWords)
  return { status: 'blocked', message, scope: 'unit' }
}

/** The condition that kept it from being done. */
export async function tryTo(work: () => Promise<void>): Promise<Condition | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const condition = conditionOf(error)
    if (!condition) throw error
    return condition
  }
}
