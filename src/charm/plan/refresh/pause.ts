// Where a refresh waits for an operator: the option pause-after-unit-refresh.

import type { pauses } from '../../../config.ts'
import type { Observed } from '../../observed.ts'
import { isResumed, refreshedUnits, type Standing } from './standing.ts'

/** A word that is none of them stops soonest. */
export function pauseOf({ config }: Observed): (typeof pauses)[number] {
  const misspelt = config.problems.some(({ option }) => option === 'pause-after-unit-refresh')
  return misspelt ? 'all' : config.inForce['pause-after-unit-refresh']
}

/** Whether it waits now, for somebody to look at those that were refreshed. */
export function pausesNow(observed: Observed, standing: Standing): boolean {
  if (refreshedUnits(standing).length === 0) return false
  return { all: true, first: !isResumed(standing), none: false }[pauseOf(observed)]
}
