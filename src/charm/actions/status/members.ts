// etcd's members: who leads, what each has in its database, how far it lags, alarms, and whose turn it is to restart.

import { EtcdFailure } from '../../../etcd/errors.ts'
import { lockHolder } from '../../../etcd/lock.ts'
import { wholeCluster } from '../../../etcd/types.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { endpointsToAsk, openAdmin } from '../../open-admin.ts'
import { restartingNote, restartLock } from '../../plan/cluster/absence.ts'
import { membersOf, quorumOf, votersOf } from '../../plan/cluster/members.ts'
import { freeShareOf, shareOf } from '../../plan/workload/quota.ts'
import { quotaOf } from '../../plan/maintenance/quota-of.ts'
import { printBytes } from '../../plan/print-bytes.ts'
import { type Column, printColumns, printShare, wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

const columns: readonly Column[] = [
  { header: 'NAME' },
  { header: 'ROLE' },
  { header: 'VERSION' },
  { header: 'DATABASE', right: true },
  { header: 'OF QUOTA', right: true },
  { header: 'FREE', right: true },
  { header: 'BEHIND', right: true },
]

export async function describeMembers({ observed }: Pick<Asked, 'observed'>): Promise<Section> {
  const { etcd } = observed
  const standing = etcd.kind === 'down' ? etcd.standing : undefined
  const members = membersOf(observed) ?? standing
  if (!members) {
    const why = etcd.kind === 'down' ? etcd.why : 'this unit has no etcd that answers yet'
    return { name: 'members', lines: wrap(`unknown: ${why}`), json: { unknown: why } }
  }
  const turn = await readTurn(observed)
  const alarms = describeAlarms(observed, members)
  return {
    name: 'members',
    lines: [
      describeQuorum(members),
      ...printColumns(
        columns,
        members.map((member) => rowOf(member, members, observed)),
      ),
      ...wrap(`alarms: ${alarms.join(', ') || 'none'}`),
      ...wrap(`turn to restart: ${turn}`),
    ],
    json: { members: members.map((member) => jsonOf(member, members, observed)), alarms, turn },
  }
}

function describeQuorum(members: readonly MemberSeen[]): string {
  const voters = votersOf(members)
  const answering = voters.filter(({ responds }) => responds).length
  const quorum = quorumOf(voters.length)
  const spare = answering - quorum
  const rest = spare < 0 ? 'the quorum is lost' : spare === 0 ? 'none may fail' : `${spare} more may fail`
  return `${answering} of ${voters.length} voters answer, ${quorum} are the quorum: ${rest}`
}

function rowOf(member: MemberSeen, members: readonly MemberSeen[], observed: Observed): readonly string[] {
  const { status } = member
  const { name, role, quota, behind } = jsonOf(member, members, observed)
  if (!status) return [name, role, '', '', '', '', '']
  return [
    name,
    role,
    status.version,
    printBytes(status.dbSize),
    quota === undefined ? '' : printShare(shareOf(status.dbSize, quota)),
    printShare(freeShareOf(status)),
    String(behind ?? 0),
  ]
}

function jsonOf(member: MemberSeen, members: readonly MemberSeen[], observed: Observed) {
  const { status, name, learner, leads, responds } = member
  const role = !responds ? 'away' : learner ? 'learner' : leads ? 'leader' : 'voter'
  const furthest = members.reduce((most, one) => larger(most, one.status?.revision ?? 0n), 0n)
  return {
    name: name || 'not started yet',
    role,
    ...(status && {
      version: status.version,
      'database-bytes': Number(status.dbSize),
      'free-bytes': Number(status.dbSize - status.dbSizeInUse),
      revision: String(status.revision),
      behind: Number(furthest - status.revision),
    }),
    quota: quotaOf(member, observed),
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function describeAlarms({ etcd }: Observed, members: readonly MemberSeen[]): readonly string[] {
  const alarms = etcd.kind === 'up' ? (etcd.alarms ?? []) : []
  const nameOf = (id: string): string =>
    id === wholeCluster
      ? 'the whole cluster'
      : (members.find((member) => member.id === id)?.name ?? `member ${id}, gone`)
  return alarms.map(({ kind, member }) => `${kind} (${nameOf(member)})`)
}

async function readTurn(observed: Observed): Promise<string> {
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return 'unknown'
  await using _closed = client
  try {
    const holder = await lockHolder(client, restartLock)
    const last = await lockHolder(client, restartingNote)
    if (holder !== undefined) return `${holder} has it`
    return last === undefined ? 'free' : `free; ${last} went last, and has not told yet that it is back`
  } catch (error) {
    if (error instanceof EtcdFailure) return 'unknown'
    throw error
  }
}
