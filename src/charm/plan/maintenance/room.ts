// What defragmenting a member's database would win, and the room that it takes on the disk while it is under way: etcd writes a whole copy of
// what is in use beside the old file, and then puts it in the old one's place.

import type { MemberStatus } from '../../../etcd/types.ts'
import type { MachineSeen, MemberSeen, Observed } from '../../observed.ts'
import { memberName } from '../cluster/members.ts'

const MiB = 1024 * 1024

/** What is free in a database that was just defragmented, and written to since. */
const worthwhile = BigInt(MiB)
/** etcd's log goes on being written meanwhile, and others may write to the disk. */
const margin = 64 * MiB

export function bytesToWin({ status }: Pick<MemberSeen, 'status'>): bigint {
  const free = status ? status.dbSize - status.dbSizeInUse : 0n
  return free >= worthwhile ? free : 0n
}

export function bytesNeeded({ dbSizeInUse }: Pick<MemberStatus, 'dbSizeInUse'>): number {
  return Number(dbSizeInUse) + margin
}

/** Once told, it is taken back with more room than that: a disk that others use would have it told again and again. */
const clearly = 1.25

/** Whether the disk of this unit is too full for it; as it was told before where this hook did not look. */
export function isTight(
  { capacity, databaseBytes }: Pick<MachineSeen, 'capacity' | 'databaseBytes'>,
  before: boolean | undefined,
): boolean {
  if (!capacity) return before === true
  return capacity.freeBytes < (databaseBytes + margin) * (before ? clearly : 1)
}

/** Of this unit by what it sees now, of others by what they told last. */
export function lacksRoom(member: MemberSeen, { machine, peers, unit }: Observed): boolean {
  if (member.name === memberName(unit) && machine.capacity && member.status)
    return machine.capacity.freeBytes < bytesNeeded(member.status)
  const peer = [...(peers?.units ?? [])].find(([other]) => memberName(other) === member.name)
  return peer?.[1].databag.tight === true
}
