// What is not as it should be, the worst first: what `juju status` has no room for.

import { bySeverity, statusOf } from '../../status.ts'
import type { Condition } from '../../step.ts'
import type { Asked, Section } from './section.ts'
import { wrap } from './screen.ts'

/** A screen is not for a thousand clients that were refused. */
const most = 10
/** Nor is there room for them in the one argument that Juju takes a result as. */
const mostInJson = 100

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
    json: [
      ...all.slice(0, mostInJson).map((one) => {
        const { status, message, scope } = one
        return { status, message, scope, ...(told.includes(one) && { told: 'by the last hook' }) }
      }),
      ...countRest(all.slice(mostInJson)),
    ],
  }
}

/** As one row more, so that programs find the rows as they always are. */
function countRest(rest: readonly Condition[]): readonly unknown[] {
  if (rest.length === 0) return []
  return [{ status: statusOf(rest).status, message: `+${rest.length} more: run plan`, more: rest.length }]
}

/** Whose word it is: what only a hook finds may be over since. */
export function printCondition(condition: Condition, told: readonly Condition[]): string {
  const { status, message } = condition
  return `${status}${told.includes(condition) ? ', as the last hook told' : ''}: ${message}`
}
