// Defragmentation gives the pages back that are free since keys were compacted. A member answers nobody meanwhile: so one goes at a time, in
// the turn that restarts take, and the raft leader last, by then no leader any more. What is done is compared, never remembered: a
// member that was defragmented has nothing to win.

import { isWithin } from '../../../machine/time-of-day.ts'
import { membersOf, ownMember, unitOf, unitsThereAre, votersOf } from '../cluster/members.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import type { Condition, Step } from '../../step.ts'
import { printBytes } from '../print-bytes.ts'
import { freeShareOf } from '../workload/quota.ts'
import { everyMemberIsThere } from './guards.ts'
import { bytesToWin, lacksRoom } from './room.ts'

/** All that have something to win, in the order in which they go: the leader last. */
export function inOrderOfTurns(members: readonly MemberSeen[]): readonly MemberSeen[] {
  const due = votersOf(members).filter((member) => bytesToWin(member) > 0n)
  return due.toSorted((a, b) => Number(a.leads) - Number(b.leads))
}

export function defragmentStep({ id, name }: MemberSeen, why: string): Step {
  return { kind: 'database/defragment', member: id, name, why }
}

/** Why none may be defragmented now, whoever asks for it. */
export function whyNotDefragment(observed: Observed): string | undefined {
  const members = membersOf(observed)
  if (!members) return 'no member answers; see health'
  const missing = members.filter((member) => !everyMemberIsThere.holds([member]))
  if (missing.length > 0) {
    const told = missing.map(({ learner, name }) =>
      learner ? `${name || 'one'} is joining` : `${name} is away`,
    )
    return `${told.join(', ')}; all members must answer and vote, as each answers nobody while its turn lasts`
  }
  const corrupt = observed.etcd.kind === 'up' && observed.etcd.alarms?.some(({ kind }) => kind === 'corrupt')
  return corrupt ? 'etcd found data to differ (alarm corrupt); run check-data first' : undefined
}

/** A database smaller than this wins too little to be away for, whatever its share. */
const leastScheduled = 16n * 1024n * 1024n

/** Beyond the share that the operator set, by the word of the member itself. */
function isFragmented(member: MemberSeen, { config }: Observed): boolean {
  const { status } = member
  if (!status || bytesToWin(member) < leastScheduled) return false
  return freeShareOf(status) * 100 >= config.inForce['defragment-free-share']
}

/** This unit's own member, in update-status: by then no hook is owed to anybody that could need a restart. */
export function planScheduled(observed: Observed, others: readonly Step[]): readonly Step[] {
  if (!isDue(observed) || others.some(({ kind }) => kind.startsWith('service/'))) return []
  const own = ownMember(observed)
  if (!own || hasDefragmented(observed) || lacksRoom(own, observed)) return []
  if (own.leads && whoGoesFirst(observed, own).length > 0) return []
  return [defragmentStep(own, 'more of its database is free pages than defragment-free-share allows')]
}

/** Once in a hook: one whose share stays is not done again and again. */
function hasDefragmented({ etcd }: Observed): boolean {
  return etcd.kind === 'up' && etcd.defragmented === true
}

function isDue(observed: Observed): boolean {
  const { config, insists, leaving, now, etcd } = observed
  if (!insists || leaving || etcd.kind !== 'up' || !etcd.here) return false
  if (!isWithin(config.inForce['defragment-schedule'], now)) return false
  const own = ownMember(observed)
  return own !== undefined && isFragmented(own, observed) && whyNotDefragment(observed) === undefined
}

/** The raft leader waits for the others that will go by themselves. */
function whoGoesFirst(observed: Observed, own: MemberSeen): readonly string[] {
  const units = unitsThereAre(observed)
  return (membersOf(observed) ?? [])
    .filter((one) => one.id !== own.id && isFragmented(one, observed) && !lacksRoom(one, observed))
    .flatMap((one) => unitOf(one, units) ?? [])
}

/** What the schedule asks for and can't be done. */
export function defragmentationConditions(observed: Observed): readonly Condition[] {
  const own = ownMember(observed)
  if (!own?.status || !isDue(observed) || !lacksRoom(own, observed)) return []
  const message = `${own.name}: no room on the disk to defragment; free ${printBytes(own.status.dbSizeInUse)} or enlarge its storage`
  return [{ status: 'active', message, scope: 'unit', stake: 'machine' }]
}
