// How large a member's database may grow. A quota below the size that it has would stop all writes at once, so such a one is
// not put in force, whoever asks for it.

import type { MemberStatus } from '../../../etcd/types.ts'
import type { Capacity } from '../../../machine/capacity.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { memberName } from '../cluster/members.ts'
import { founderOf } from '../restore/under-way.ts'

const MiB = 1024 * 1024
/** etcd's own advice for the most. */
const most = 8 * 1024 * MiB
/** Small steps would follow every change of a shared disk. */
const step = 16 * MiB
/** etcd's own, where nothing is configured. */
const defaultQuota = 2 * 1024 * MiB
const nearlyFull = 0.8

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
  // The operator's number does not hold back what the machine has room for, once it is left to the charm.
  const automatic = isOperators(machine.files.configuration) ? undefined : before
  const bytes =
    option === 'auto' ? (settle(automatic, found, machine.databaseBytes) ?? before) : Number(option)
  if (bytes === undefined || bytes === before || bytes >= machine.databaseBytes)
    return { bytes, refused: false }
  const kept = before !== undefined && before > bytes ? before : roundUp(machine.databaseBytes)
  return { bytes: kept, refused: option !== 'auto' }
}

/** Of the smaller quota: a database that has less of it would not notice which of the two is in force. */
const noticed = 0.5
/** A change by less is not worth a restart. */
const worthwhile = 1.25

/** A disk that is shared with others, as of a pool, has another size at every look: only what matters is followed. */
function settle(
  before: number | undefined,
  found: number | undefined,
  databaseBytes: number,
): number | undefined {
  if (before === undefined || found === undefined) return found ?? before
  const [smaller, larger] = [Math.min(before, found), Math.max(before, found)]
  const matters = databaseBytes >= smaller * noticed && larger >= smaller * worthwhile
  return matters ? found : before
}

const operators = "# The quota is the operator's.\n"

function isOperators(configuration: string | undefined): boolean {
  return configuration?.includes(operators) === true
}

/** Says in the configuration whose number the quota is, in words that etcd passes over. */
export function signQuota(configuration: string, observed: Observed): string {
  const { capacity, files } = observed.machine
  const stays = capacity === undefined && isOperators(files.configuration)
  return quotaOption(observed) !== 'auto' || stays ? `${configuration}${operators}` : configuration
}

/** A unit that joins begins with what the cluster has: the option may ask for less than its data takes. */
function quotaOption(observed: Observed): string {
  const { config, machine, unit } = observed
  const joins = !machine.data && founderOf(observed) !== unit
  return (joins ? config.onRecord : config.inForce)['quota-backend-bytes']
}

function readQuota(configuration: string | undefined): number | undefined {
  const digits = /^quota-backend-bytes: (\d+)$/m.exec(configuration ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What a database of this size has of its quota. */
export function shareOf(dbSize: bigint, quota: number | undefined): number {
  return Number(dbSize) / (quota ?? defaultQuota)
}

/** Of a database's file, what holds nothing: defragmented it would be gone. */
export function freeShareOf({ dbSize, dbSizeInUse }: Pick<MemberStatus, 'dbSize' | 'dbSizeInUse'>): number {
  return dbSize > 0n ? Number(dbSize - dbSizeInUse) / Number(dbSize) : 0
}

/** Enough to go on writing; below that an alarm that is taken back would soon be there again. */
export function hasRoom({ status }: MemberSeen, quota: number | undefined): boolean {
  return status !== undefined && shareOf(status.dbSize, quota) < nearlyFull
}

/**
 * A full database takes no lock to restart by. So that a larger quota comes in force all the same, and no two members restart at
 * once, each waits for those before it, in the order of `members`, to tell that they have it. Names who is waited for: itself where
 * the restart brings no larger quota, and so no end of it.
 */
export function waitedForWhenFull(
  observed: Observed,
  members: readonly MemberSeen[],
  own: MemberSeen,
): MemberSeen | undefined {
  const { bytes } = planQuota(observed)
  const before = observed.machine.loaded?.quota ?? defaultQuota
  if (bytes === undefined || bytes <= before) return own
  const units = [...(observed.peers?.units ?? [])]
  return members.slice(0, members.indexOf(own)).find((member) => {
    const told = units.find(([unit]) => memberName(unit) === member.name)?.[1].databag.quota
    return member.responds && !(told !== undefined && (told >= bytes || hasRoom(member, told)))
  })
}

/** Memory, since etcd maps its database into it; disk for the database, its copy while it is sent or defragmented, and the log. */
export function automaticQuota({
  memoryBytes,
  diskBytes,
}: Pick<Capacity, 'memoryBytes' | 'diskBytes'>): number {
  const room = Math.min(most, memoryBytes / 2, diskBytes / 3)
  return Math.max(step, Math.floor(room / step) * step)
}

function roundUp(bytes: number): number {
  return (Math.floor(bytes / step) + 1) * step
}
