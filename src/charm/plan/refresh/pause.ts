// Where a refresh waits for an operator: the option pause-after-unit-refresh.

import type { pauses } from '../../../config.ts'
import type { Observed } from '../../observed.ts'

/** A word that is none of them stops soonest. */
export function pauseOf({ config }: Observed): (typeof pauses)[number] {
  const misspelt = config.problems.some(({ option }) => option === 'pause-after-unit-refresh')
  return misspelt ? 'all' : config.inForce['pause-after-unit-refresh']
}
