// What the last hook told, for actions that tell how all stands.

import type { Charm } from '../charm.ts'
import { readFailed } from '../failed-record.ts'
import { notFoundNow, type StatusShown } from '../last-told.ts'
import type { Observed } from '../observed.ts'
import type { Condition } from '../step.ts'

export interface LastTold {
  /** What is not among those that are found now. */
  readonly told: readonly Condition[]
  /** The statuses as Juju shows them, which alone are there where the disk took no note. */
  readonly shown: readonly StatusShown[]
}

export async function readLastTold(
  { juju }: Charm,
  { leader, machine, unit }: Observed,
  found: readonly Condition[],
): Promise<LastTold> {
  const [own, application] = await juju.readStatuses({ leader })
  const shown: readonly StatusShown[] = [
    ...(own ? [{ ...own, scope: 'unit' } as const] : []),
    ...(application ? [{ ...application, scope: 'application' } as const] : []),
  ]
  // On a guest's machine it is another unit's.
  const failed = machine.occupant === unit ? await readFailed() : []
  return { told: notFoundNow(found, failed, shown), shown }
}
