// One status tells what was seen and what is still missing; it comes from the same values as the plan, so the two agree.

import type { Condition } from './step.ts'

export interface Status {
  readonly status: 'active' | 'blocked' | 'waiting' | 'maintenance'
  readonly message: string
}

const severity = ['blocked', 'waiting', 'maintenance', 'active'] as const

/** The worst condition, the first of its kind, with a count of the others. */
export function statusOf(conditions: readonly Condition[]): Status {
  for (const status of severity) {
    const [first] = conditions.filter((condition) => condition.status === status)
    if (!first) continue
    const others = conditions.length - 1
    return { status, message: others === 0 ? first.message : `${first.message} (and ${others} more)` }
  }
  return { status: 'active', message: '' }
}
