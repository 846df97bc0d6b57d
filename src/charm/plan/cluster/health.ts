// What etcd itself says of its members: alarms, room in the database, how far each lags. A unit tells its own, the leader all of them.

import { wholeCluster } from '../../../etcd/types.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { isOwnAlarmed } from './damage.ts'
import { memberName, membersOf, ownMember } from './members.ts'
import { hasRoom, planQuota, shareOf } from '../workload/quota.ts'

/** A member that lags further is sent a whole snapshot (etcd's default). */
const farBehind = 5000n

export function healthConditions(observed: Observed): readonly Condition[] {
  const members = membersOf(observed) ?? []
  const own = ownMember(observed)
  const quota = planQuota(observed).bytes
  const told = members
    .filter((member) => member.id === own?.id || observed.leader)
    .flatMap((member) => {
      const scope = member.id === own?.id ? 'unit' : 'application'
      const told = [...alarmOf(observed, member), ...roomOf(member, quota), ...lagOf(member, members)]
      return told.map((condition): Condition => ({ ...condition, scope }))
    })
  return [...doubtOf(observed), ...clusterAlarms(observed), ...told]
}

/** On this unit's disk, so it is told by hooks that don't look at the members, too. */
function doubtOf(observed: Observed): readonly Condition[] {
  const { machine, unit } = observed
  if (machine.doubt === undefined || isOwnAlarmed(observed)) return []
  return [{ status: 'waiting', scope: 'unit', stake: 'cluster', message: tellDoubt(memberName(unit)) }]
}

/** Those that name no member are the leader's to tell. */
function clusterAlarms({ etcd, leader }: Observed): readonly Condition[] {
  const alarms = etcd.kind === 'up' && leader ? (etcd.alarms ?? []) : []
  return alarms
    .filter(({ member }) => member === wholeCluster)
    .map(({ kind }) => ({
      status: 'blocked',
      scope: 'application',
      stake: 'cluster',
      message:
        kind === 'no-space'
          ? 'etcd takes no writes (alarm NOSPACE of no one member); run status: compact and defragment a full database'
          : 'etcd found data to differ, not whose, and takes no writes; run check-data, which says what to do',
    }))
}

function tellDoubt(name: string): string {
  return `${name}: etcd found its data to differ; it compares it with the others at its next start, and joins anew if it does`
}

type Told = readonly Pick<Condition, 'status' | 'message' | 'stake'>[]

function alarmOf({ etcd }: Observed, { id, name }: MemberSeen): Told {
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  return alarms
    .filter(({ member }) => member === id)
    .map(({ kind }) => ({
      status: 'blocked',
      stake: 'cluster',
      message:
        kind === 'no-space'
          ? `${name}: the database is full and takes no writes; compact and defragment it or raise quota-backend-bytes`
          : tellDoubt(name),
    }))
}

function roomOf(member: MemberSeen, quota: number | undefined): Told {
  const { name, status } = member
  if (!status || hasRoom(member, quota)) return []
  const share = shareOf(status.dbSize, quota)
  const message = `${name}: the database has ${Math.floor(share * 100)} % of its quota; compact and defragment it or raise quota-backend-bytes`
  return [{ status: 'active', message, stake: 'machine' }]
}

function lagOf({ name, status }: MemberSeen, members: readonly MemberSeen[]): Told {
  const lead = members.find((member) => member.leads)?.status
  const behind = status && lead ? lead.raftIndex - status.raftIndex : 0n
  if (behind <= farBehind) return []
  return [
    {
      status: 'active',
      stake: 'machine',
      message: `${name}: ${behind} entries behind the leader; look at its disk and network`,
    },
  ]
}
