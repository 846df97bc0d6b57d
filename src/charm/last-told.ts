// What the last hook told and nobody finds by looking alone: what a step failed at, say. It is the hook's word and may be over by now, so it
// is told as that.

import { plainLines } from '../plain-text.ts'
import { wholeOf } from './status.ts'
import type { Condition } from './step.ts'

/** As Juju shows it. */
export interface StatusShown {
  readonly status: string
  readonly message: string
  readonly scope: Condition['scope']
}

const words: readonly Condition['status'][] = ['blocked', 'waiting', 'maintenance', 'active']

/**
 * What no condition has that is found now.
 *
 * @param failed what the last hook could not do, as it noted
 */
export function notFoundNow(
  found: readonly Condition[],
  failed: readonly Condition[],
  shown: readonly StatusShown[],
): readonly Condition[] {
  const told = [...failed, ...shown.flatMap(conditionOf)]
  return told.filter(
    (one, at) => ![...found, ...told.slice(0, at)].some(({ message }) => isSame(one.message, message)),
  )
}

function conditionOf({ status, message, scope }: StatusShown): readonly Condition[] {
  const word = words.find((one) => one === status)
  const whole = wholeOf(message)
  return word && whole !== '' ? [{ status: word, message: whole, scope }] : []
}

/** Numbers and times change from one hook to the next, and Juju cuts what is long. */
function isSame(told: string, found: string): boolean {
  const [one, other] = [told, found].map((text) =>
    plainLines(text.replaceAll('\n', ' ')).replace(/\d+/g, '0'),
  )
  if (one === undefined || other === undefined) return false
  return one === other || (one.endsWith('...') && other.startsWith(one.slice(0, -3)))
}

/** The worst that any of them says: a status that Juju shows is never told as better than it is. */
export function worstWord(word: Condition['status'], shown: readonly StatusShown[]): Condition['status'] {
  return words.find((one) => one === word || shown.some(({ status }) => status === one)) ?? word
}
