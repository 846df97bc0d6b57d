// One status tells what was seen and what is still missing; it comes from the same values as the plan, so the two agree.

import { type Condition, type Stake, stakes } from './step.ts'

export interface Status {
  readonly status: 'active' | 'blocked' | 'waiting' | 'maintenance'
  readonly message: string
}

const severity = ['blocked', 'waiting', 'maintenance', 'active'] as const

/** The word is of the worst condition. The message is of the one with most at stake: no refused client hides that a member is lost. */
export function statusOf(conditions: readonly Condition[]): Status {
  const [told, ...others] = bySeverity(conditions)
  if (!told) return { status: 'active', message: '' }
  const worst = severity[Math.min(...conditions.map(rank))] ?? told.status
  const message = others.length === 0 ? told.message : `${told.message} (and ${others.length} more)`
  return { status: worst, message }
}

/** What has most at stake comes first, and of that the worst. */
export function bySeverity(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.toSorted(
    (a, b) => stakes.indexOf(stakeOf(a)) - stakes.indexOf(stakeOf(b)) || rank(a) - rank(b),
  )
}

function rank({ status }: Condition): number {
  return severity.indexOf(status)
}

function stakeOf({ stake, scope }: Condition): Stake {
  return stake ?? (scope === 'unit' ? 'machine' : 'clients')
}
