// What defragmenting a member's database would win, and the room that it takes on the disk while it is under way: etcd writes a whole copy of
// what is in use beside the old file, and then puts it in the old one's place.

import type { MemberStatus } from '../../../etcd/types.ts'
import type { Capacity } from '../../../machine/capacity.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
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

/** Whether the disk of this unit is too full for it; `undefined` where this hook did not look. */
export function isTight(capacity: Capacity | undefined, databaseBytes: number): boolean | undefined {
  return capacity && capacity.freeBytes < databaseBytes + margin
}

/** Of this unit by what it sees now, of others by what they told last. */
export function lacksRoom(member: MemberSeen, { machine, peers, unit }: Observed): boolean {
  if (member.name === memberName(unit) && machine.capacity && member.status)
    return machine.capacity.freeBytes < bytesNeeded(member.status)
  const peer = [...(peers?.units ?? [])].find(([other]) => memberName(other) === member.name)
  return peer?.[1].databag.tight === true
}
