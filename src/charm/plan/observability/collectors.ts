// What collectors are told: the same by every unit, so each unit tells its own, whoever leads, and only what is new to it.

import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'

export function planCollectors({ collectors, leaving }: Observed): readonly Write[] {
  const content = collectors?.wanted
  if (!collectors || content === undefined || leaving) return []
  return [...collectors.told].flatMap(([relation, told]): readonly Write[] => {
    if (told === content) return []
    const why =
      told === undefined ? 'a collector is there' : 'what this version of the charm tells collectors is new'
    return [{ kind: 'collector/tell', relation, content, why }]
  })
}
