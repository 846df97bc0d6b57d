// What is not as it should be, the worst first: what `juju status` has no room for.

import { bySeverity } from '../../status.ts'
import type { Asked, Section } from './section.ts'
import { wrap } from './screen.ts'

/** A screen is not for a thousand clients that were refused. */
const most = 10

export function describeAttention({ conditions, observed }: Pick<Asked, 'conditions' | 'observed'>): Section {
  const all = bySeverity(conditions)
  const told = all.slice(0, most).flatMap(({ status, message }) => wrap(`${status}: ${message}`))
  const rest = all.length > most ? [`+${all.length - most} more: run plan`] : []
  const others = observed.leader ? [] : ['what concerns clients and other members: run status on the leader']
  const lines = all.length === 0 ? ['nothing'] : [...told, ...rest]
  return {
    name: 'attention',
    lines: [...lines, ...others],
    json: all.map(({ status, message, scope }) => ({ status, message, scope })),
  }
}
