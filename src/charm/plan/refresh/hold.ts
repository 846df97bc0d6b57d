// Whether this unit's etcd may be switched to the release that lies ready, and what it waits for if it may not. Facts are compared in every
// hook: what each unit wants, runs and has proven. The restart itself takes the same turn as every other.

import type { RefreshOrder } from '../../../interfaces/etcd-peers.ts'
import type { Observed, WorkInEtcd, WorkloadSeen } from '../../observed.ts'
import { membersOf } from '../cluster/members.ts'
import { restoreUnderWay } from '../restore/under-way.ts'
import { failedCheck } from './checks.ts'
import { type Change, compatibilities, limits } from './guards.ts'
import { pausesNow } from './pause.ts'
import { releaseOf } from './release.ts'
import {
  isRollback,
  numberOf,
  isLast,
  refreshedUnits,
  type Standing,
  standingOf,
  unitsOfAnotherMind,
  upToDate,
} from './standing.ts'
import { isMinorUp } from './versions.ts'

export type Hold =
  /** Others go first, or have not been told yet. */
  | { readonly kind: 'turn'; readonly after: string }
  | { readonly kind: 'unknown'; readonly what: string }
  /** It is this unit's turn, and an operator has to say so. */
  | { readonly kind: 'pause'; readonly last: boolean }
  | { readonly kind: 'unwell'; readonly unit: string }
  /** No check that may be skipped: a restart beside a member that is away may take the quorum. */
  | { readonly kind: 'away'; readonly member: string }
  | { readonly kind: 'refused'; readonly guard: string; readonly because: string; readonly remedy: string }
  | { readonly kind: 'check'; readonly what: string }
  /** It ends by itself, and no order goes before that. */
  | { readonly kind: 'work'; readonly what: string }

export function orderOf(observed: Observed): RefreshOrder | undefined {
  const { refreshOrder, peers, unit } = observed
  return refreshOrder ?? peers?.units.get(unit)?.databag.refresh?.order
}

/** `undefined`: it may go. */
export function holdOf(observed: Observed, ready: WorkloadSeen): Hold | undefined {
  const standing = standingOf(observed)
  const current = observed.machine.workload
  if (!standing || !current) return { kind: 'unknown', what: 'which release is wanted' }
  const given = orderOf(observed)
  const order = given?.release === standing.wanted ? given : undefined
  const rollback = isRollback(standing, ready, current)
  const minor = isMinorUp(current.version, ready.version)
  return (
    refusalOf(observed, { ready, current, rollback, answered: rollback || isAnsweredFor(standing, order) }) ??
    workOn(observed) ??
    turnOf(observed, standing, order) ??
    (rollback ? undefined : checkOf(observed, standing, order, minor)) ??
    (rollback || order ? undefined : pauseBefore(observed, standing, minor))
  )
}

interface Wish {
  readonly ready: WorkloadSeen
  readonly current: WorkloadSeen
  readonly rollback: boolean
  /** For what an operator may answer for. */
  readonly answered: boolean
}

/** By an order on any unit, for all of them: whoever answers for the first one would have to do so for each, or the cluster stays half-way. */
function isAnsweredFor({ wanted, units }: Standing, order: RefreshOrder | undefined): boolean {
  const orders = [order, ...units.map(({ told }) => told.order)]
  return orders.some((given) => given?.release === wanted && given.compatibility === false)
}

function refusalOf(observed: Observed, { ready, current, rollback, answered }: Wish): Hold | undefined {
  const { etcd, machine, unit } = observed
  const members = membersOf(observed)
  if (etcd.kind !== 'up' || !members || etcd.clusterVersion === undefined)
    return { kind: 'unknown', what: `how the members are; etcd on ${unit} must answer first, see its status` }
  const change: Change = {
    from: current.version,
    to: ready.version,
    cluster: etcd.clusterVersion,
    members,
    alarms: etcd.alarms ?? [],
    hasV2Content: machine.hasV2Content === true,
    rollback,
  }
  const guards = answered ? limits : [...limits, ...compatibilities]
  const broken = guards.find((guard) => !guard.holds(change))
  return (
    broken && { kind: 'refused', guard: broken.name, because: broken.because, remedy: broken.remedy(change) }
  )
}

/** A snapshot breaks off with the member that it is read from, and a cluster is not founded on one release and gone on with on another. */
function workOn(observed: Observed): Hold | undefined {
  const restore = restoreUnderWay(observed)
  if (restore) return { kind: 'work', what: `${restore.unit} restores ${restore.snapshot}` }
  const work = observed.etcd.kind === 'up' ? observed.etcd.work : undefined
  return work && { kind: 'work', what: describeWork(work) }
}

export function describeWork({ kind, by }: WorkInEtcd): string {
  return kind === 'backup' ? `${by} takes a backup` : `${by} is about to restore a snapshot`
}

function turnOf(observed: Observed, standing: Standing, order: RefreshOrder | undefined): Hold | undefined {
  // An operator who takes health out of the way answers for the order, too.
  if (order?.health === false) return undefined
  const [other] = unitsOfAnotherMind(standing).filter((unit) => unit !== observed.unit)
  // Of one whose machine is off its member tells what is to be done about it.
  if (other !== undefined)
    return (
      waitForMember(observed) ?? {
        kind: 'unknown',
        what: `whether ${other} has this revision of the charm; see its status`,
      }
    )
  const before = standing.units.filter(({ number }) => number > numberOf(observed.unit))
  const next = before.find(({ outdated }) => outdated)
  if (next) return { kind: 'turn', after: next.unit }
  const unwell = upToDate(standing).find(({ unit, well }) => unit !== observed.unit && !well)
  if (unwell) return { kind: 'unwell', unit: unwell.unit }
  return waitForMember(observed)
}

function waitForMember(observed: Observed): Hold | undefined {
  const member = memberAway(observed)
  return member === undefined ? undefined : { kind: 'away', member }
}

/** The first that does not answer, as it is called in messages. */
export function memberAway(observed: Observed): string | undefined {
  const away = membersOf(observed)?.find(({ responds }) => !responds)
  return away && (away.name || 'a member that has not started')
}

/** Before the first one only: afterwards there is a cluster of two releases, and to stop there is no better. */
function checkOf(
  observed: Observed,
  standing: Standing,
  order: RefreshOrder | undefined,
  minor: boolean,
): Hold | undefined {
  if (refreshedUnits(standing).length > 0 || order?.checks === false) return undefined
  const away = waitForMember(observed)
  const what = failedCheck(observed, minor)
  return away ?? (what === undefined ? undefined : { kind: 'check', what })
}

function pauseBefore(observed: Observed, standing: Standing, minor: boolean): Hold | undefined {
  // All members on the later line is what there is no way back from.
  if (minor && isLast(standing)) return { kind: 'pause', last: true }
  return pausesNow(observed, standing) ? { kind: 'pause', last: false } : undefined
}

export function isReady(observed: Observed, ready: WorkloadSeen): boolean {
  return holdOf(observed, ready) === undefined && releaseOf(ready) === standingOf(observed)?.wanted
}
