// One unit of this charm on a machine: another one's etcd would want the same files and the same ports.

import { join } from 'node:path'
import { exists, makeDirectory, readTextIfExists, writeFileAtomic } from './file.ts'

const agents = '/var/lib/juju/agents'

/** Before anything of this unit is on the machine. */
export async function occupy(state: string, unit: string): Promise<void> {
  await makeDirectory(state, { mode: 0o700 })
  await writeFileAtomic(pathOf(state), `${unit}\n`, { mode: 0o600 })
}

/** The unit that was here first. One that Juju has no agent for any more is gone, however it went. */
export async function findOccupant(state: string, folder = agents): Promise<string | undefined> {
  const occupant = (await readTextIfExists(pathOf(state)))?.trim()
  if (!occupant) return undefined
  return (await exists(join(folder, `unit-${occupant.replace('/', '-')}`))) ? occupant : undefined
}

function pathOf(state: string): string {
  return join(state, 'unit')
}
