// A unit on a machine where another one of this charm runs etcd.

import type { Condition } from '../../step.ts'

export function isGuestOf(occupant: string): Condition {
  const message = `${occupant} runs etcd on this machine; remove this unit and add it on another machine`
  return { status: 'blocked', message, scope: 'unit' }
}
