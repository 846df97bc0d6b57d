// What is not as it should be, the worst first: what `juju status` has no room for.

import { bySeverity } from '../../status.ts'
import type { Condition } from '../../step.ts'
import type { Asked, Section } from './section.ts'
import { wrap } from './screen.ts'

/** A screen is not for a thousand clients that were refused. */
const most = 10

export function describeAttention({
  conditions,
  told,
  observed,
}: Pick<Asked, 'conditions' | 'told' | 'observed'>): Section {
  const all = bySeverity([...conditions, ...told])
  const shown = all.slice(0, most).flatMap((one) => wrap(printCondition(one, told)))
  const rest = all.length > most ? [`+${all.length - most} more: run plan`] : []
  const others = observed.leader ? [] : ['what concerns clients and other members: run status on the leader']
  const lines = all.length === 0 ? ['nothing'] : [...shown, ...rest]
  return {
    name: 'attention',
    lines: [...lines, ...others],
    json: all.map((one) => {
      const { status, message, scope } = one
      return { status, message, scope, ...(told.includes(one) && { told: 'by the last hook' }) }
    }),
  }
}

/** Whose word it is: what only a hook finds may be over since. */
export function printCondition(condition: Condition, told: readonly Condition[]): string {
  const { status, message } = condition
  return `${status}${told.includes(condition) ? ', as the last hook told' : ''}: ${message}`
}
