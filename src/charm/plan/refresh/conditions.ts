// A refresh in `juju status`: each outdated unit says what it runs, the one whose turn it is why it stands, and the leader what the operator is
// to do.

import type { Observed, WorkloadSeen } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { whoRefused } from '../workload/next-start.ts'
import { type Hold, holdOf, memberAway } from './hold.ts'
import { pausesNow } from './pause.ts'
import { describeRelease, releaseOf, snapRelease, wantedRevision } from './release.ts'
import {
  isLast,
  refreshedUnits,
  type Standing,
  standingOf,
  type UnitStanding,
  unitsOfAnotherMind,
  upToDate,
} from './standing.ts'
import { isMinorUp } from './versions.ts'
import { wayBack } from './way-back.ts'

export function refreshConditions(observed: Observed): readonly Condition[] {
  return [
    ...fetchConditions(observed),
    ...unitConditions(observed),
    ...(observed.leader ? leaderConditions(observed) : []),
  ]
}

function fetchConditions(observed: Observed): readonly Condition[] {
  const { fetchFailed, source } = observed.machine
  const revision = wantedRevision(observed)
  if (source.kind === 'snap' && source.besideTarball) {
    const message = `the tarball attached as etcd is not taken: this unit runs the snap; attach an empty file: juju attach-resource ${observed.application} etcd=./empty.tar.gz`
    return [{ status: 'blocked', message, scope: 'unit' }]
  }
  if (!fetchFailed || revision === undefined || fetchFailed.release !== snapRelease(revision)) return []
  if (isInForce(observed, fetchFailed.release)) return []
  const remedy = fetchFailed.withdrawn
    ? 'set etcd-snap-revision to one that it has, or refresh the charm to a revision that pins another'
    : `${fetchFailed.folder === undefined ? '' : `make room in ${fetchFailed.folder}; `}the next update-status tries again`
  const message = `etcd goes on as it is, and ${describeRelease(fetchFailed.release)} can't be fetched (${fetchFailed.words}); ${remedy}`
  return [{ status: fetchFailed.withdrawn ? 'blocked' : 'waiting', message, scope: 'unit' }]
}

function isInForce({ machine }: Observed, release: string): boolean {
  return machine.workload !== undefined && releaseOf(machine.workload) === release
}

function unitConditions(observed: Observed): readonly Condition[] {
  const { prepared, workload } = observed.machine
  const standing = standingOf(observed)
  if (!prepared || !workload || !standing || releaseOf(prepared) !== standing.wanted) return []
  if (whoRefused(observed, 'release', standing.wanted)) return []
  const hold = holdOf(observed, prepared)
  const reason = hold && (hold.kind === 'refused' || hold.kind === 'check') ? describeHold(hold) : undefined
  if (reason !== undefined) {
    const message = `etcd ${prepared.version} is not taken: ${reason}`
    return [{ status: 'blocked', message, scope: 'unit' }]
  }
  const waits = hold?.kind === 'work' ? [waiting(prepared, hold)] : []
  return [...waits, outdated(observed, prepared, workload)]
}

function waiting({ version }: WorkloadSeen, hold: Hold): Condition {
  const message = `etcd ${version} is taken later: ${describeHold(hold)}`
  return { status: 'maintenance', message, scope: 'unit' }
}

/** Below all else, and active: it serves, and monitoring must page nobody for days. */
function outdated({ machine }: Observed, prepared: WorkloadSeen, workload: WorkloadSeen): Condition {
  const revision = workload.revision === undefined ? '' : `; snap revision ${workload.revision}`
  const charm = machine.charmRevision === undefined ? '' : `; charm revision ${machine.charmRevision}`
  // Another build of the same version is told by its revision of the snap, or its tarball.
  const pinned =
    prepared.version === workload.version ? describeRelease(releaseOf(prepared)) : prepared.version
  const message = `etcd ${workload.version} running (outdated, ${pinned} is pinned)${revision}${charm}`
  return { status: 'active', message, scope: 'unit', aside: true }
}

export function describeHold(hold: Hold): string {
  switch (hold.kind) {
    case 'turn':
      return `${hold.after} goes first`
    case 'unknown':
      return `it is not known yet ${hold.what}`
    case 'pause':
      return hold.last
        ? 'this is the last unit, after which there is no way back to the earlier line; run resume-refresh on it'
        : 'it waits for resume-refresh'
    case 'unwell':
      return `${hold.unit} is not well; see its status`
    case 'away':
      return `${hold.member} does not answer; bring it back or remove its unit, or refresh back`
    case 'refused':
      return `${hold.because}; ${hold.remedy}`
    case 'check':
      return `${hold.what}; mend it, or refresh back`
    case 'work':
      return `${hold.what}, and that is waited for`
    default:
      return hold satisfies never
  }
}

/** Told from databags, since each unit may be the next. */
function leaderConditions(observed: Observed): readonly Condition[] {
  const standing = standingOf(observed)
  const outdatedUnits = standing?.units.filter((unit) => unit.outdated) ?? []
  const [next] = outdatedUnits
  if (!standing || !next || whoRefused(observed, 'release', standing.wanted)) return []
  const strangers = unitsOfAnotherMind(standing)
  const tell = (status: Condition['status'], message: string): readonly Condition[] => [
    { status, message, scope: 'application', stake: 'machine' },
  ]
  const away = memberAway(observed)
  const back = `back: ${wayBack(observed, whatWasBefore(standing, next))}`
  // Whose machine is off tells nothing for as long.
  if (strangers.length > 0 && away === undefined)
    return tell(
      'maintenance',
      `finding out whether a refresh is under way: ${strangers.join(', ')} has not told yet; if that lasts, see its status`,
    )
  const unwell = strangers.length === 0 && upToDate(standing).find(({ well }) => !well)
  if (unwell)
    return tell(
      'blocked',
      `refresh stands: ${unwell.unit} is not well; mend it, or resume-refresh on ${next.unit} with check-health-of-refreshed-units=false; ${back}`,
    )
  if (away !== undefined)
    return tell(
      'waiting',
      `refresh waits for ${away}, which does not answer; bring it back, or remove its unit; ${back}`,
    )
  if (next.unit === observed.unit && isRefused(observed)) return []
  const pause = whatIsPaused(observed, standing, next)
  if (pause) return tell('blocked', `${pause}; ${back}`)
  return tell(
    'maintenance',
    `refreshing, ${next.unit} is next; to pause: juju config ${observed.application} pause-after-unit-refresh=all; ${back}`,
  )
}

/** What its own status says comes first then. */
function isRefused(observed: Observed): boolean {
  const { prepared } = observed.machine
  const hold = prepared && holdOf(observed, prepared)
  return hold?.kind === 'refused' || hold?.kind === 'check'
}

function whatIsPaused(observed: Observed, standing: Standing, next: UnitStanding): string | undefined {
  const { wanted, units } = standing
  const from = next.version
  const to = versionWanted(observed, standing)
  const rollback =
    units.some(({ told }) => told.before === wanted) &&
    from !== undefined &&
    to !== undefined &&
    !isMinorUp(from, to)
  if (next.told.order?.release === wanted) return undefined
  const refreshed = refreshedUnits(standing).map(({ unit }) => unit)
  // What to run has to be seen, however many units there are.
  const whom = refreshed.length > 2 ? `the ${refreshed.length} refreshed units` : refreshed.join(', ')
  const check = refreshed.length > 0 ? `check ${whom}, then ` : ''
  if (isLast(standing) && from !== undefined && to !== undefined && isMinorUp(from, to))
    return `point of no return: ${check}run resume-refresh on ${next.unit}`
  if (rollback || !pausesNow(observed, standing)) return undefined
  return `refresh waits: ${check}run resume-refresh on ${next.unit}`
}

/** Of what is wanted, from whoever has it: a unit that runs it, or this one, where it lies ready. */
function versionWanted({ machine }: Observed, standing: Standing): string | undefined {
  const { prepared, workload } = machine
  const here = [workload, prepared].find((seen) => seen && releaseOf(seen) === standing.wanted)
  return here?.version ?? upToDate(standing)[0]?.version
}

/** As the units that have gone tell it; the version is that of the next one, where it runs this release yet. */
function whatWasBefore(standing: Standing, next: UnitStanding): Parameters<typeof wayBack>[1] {
  const gone = refreshedUnits(standing).find(({ told }) => told.from !== undefined)?.told
  const release = gone?.before ?? next.told.runs
  const version = next.told.runs === release ? next.version : undefined
  return { release, version, charm: gone?.from ?? next.told.from }
}
