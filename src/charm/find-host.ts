// Whose machine it is: what is there is the other unit's, also for whoever may open it.

import { findOccupant } from '../machine/occupant.ts'
import { findWorkload } from '../machine/workload.ts'
import type { Charm } from './charm.ts'

/** The unit whose etcd is on this machine, where it is not this one. */
export async function findHost({ context }: Charm): Promise<string | undefined> {
  const { paths } = await findWorkload()
  const occupant = await findOccupant(paths.state)
  return occupant === context.unit ? undefined : occupant
}
