// Which release units run, held against the one that the charm wants; why it goes no further, what needs attention tells.

import { describeRelease } from '../../plan/refresh/release.ts'
import { standingOf, upToDate } from '../../plan/refresh/standing.ts'
import { wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

export function describeRefresh({ observed }: Pick<Asked, 'observed'>): Section | undefined {
  const standing = standingOf(observed)
  if (!standing) return undefined
  const { units, wanted } = standing
  const outdated = units.filter((unit) => unit.outdated)
  const done = upToDate(standing)
  const told = outdated.map(({ unit, version }) => `${unit} runs ${version ?? 'another one'}`)
  const release = describeRelease(wanted)
  const text =
    outdated.length === 0
      ? `none under way: ${done.length} of ${units.length} units run ${release}`
      : `to ${release}: ${told.join(', ')}; the highest number goes first`
  return {
    name: 'refresh',
    lines: wrap(text),
    json: {
      wanted,
      units: units.map(({ unit, version, outdated: old, well }) => ({ unit, version, outdated: old, well })),
    },
  }
}
