// How large a member's database may grow. A quota below the size that it has would stop all writes at once, so such a one is
// not put in force, whoever asks for it.

import type { Capacity } from '../../machine/capacity.ts'
import type { Observed } from '../observed.ts'

const MiB = 1024 * 1024
/** etcd's own advice for the most. */
const most = 8 * 1024 * MiB
/** Small steps would follow every change of a shared disk. */
const step = 16 * MiB

export interface Quota {
  /** `undefined` leaves it to etcd. */
  readonly bytes: number | undefined
  /** The option asks for less than the database has. */
  readonly refused: boolean
}

export function planQuota(observed: Observed): Quota {
  const { machine } = observed
  const option = quotaOption(observed)
  const before = readQuota(machine.files.configuration)
  // How much room there is, is looked at in few hooks; the others keep what those found.
  const found = machine.capacity && automaticQuota(machine.capacity)
  const bytes = option === 'auto' ? (found ?? before) : Number(option)
  if (bytes === undefined || bytes === before || bytes >= machine.databaseBytes)
    return { bytes, refused: false }
  const kept = before !== undefined && before > bytes ? before : roundUp(machine.databaseBytes)
  return { bytes: kept, refused: option !== 'auto' }
}

/** A unit that joins begins with what the cluster has: the option may ask for less than its data takes. */
function quotaOption({ config, machine, peers, unit }: Observed): string {
  const joins = !machine.data && peers?.application.founding?.founder !== unit
  return (joins ? config.onRecord : config.inForce)['quota-backend-bytes']
}

function readQuota(configuration: string | undefined): number | undefined {
  const digits = /^quota-backend-bytes: (\d+)$/m.exec(configuration ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Memory, since etcd maps its database into it; disk for the database, its copy while it is sent or defragmented, and the log. */
export function automaticQuota({ memoryBytes, diskBytes }: Capacity): number {
  const room = Math.min(most, memoryBytes / 2, diskBytes / 3)
  return Math.max(step, Math.floor(room / step) * step)
}

function roundUp(bytes: number): number {
  return (Math.floor(bytes / step) + 1) * step
}
