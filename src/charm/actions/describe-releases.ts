// What is pinned, installed and running, for the actions health and plan.

import type { Observed } from '../observed.ts'
import { describeHold } from '../plan/refresh/conditions.ts'
import { holdOf } from '../plan/refresh/hold.ts'
import { describeRelease, releaseOf } from '../plan/refresh/release.ts'
import { standingOf } from '../plan/refresh/standing.ts'
import { whyReleaseIsNotTaken } from '../plan/workload/next-start.ts'

export function describeReleases(observed: Observed): Readonly<Record<string, string>> {
  const { loaded, prepared, workload } = observed.machine
  const standing = standingOf(observed)
  const name = (release: string): string =>
    release === '' ? 'a release of no known origin' : describeRelease(release)
  const rows = (standing?.units ?? []).map(
    ({ unit, told, version, outdated }) =>
      `${unit}: etcd ${version ?? 'unknown'}, ${told.runs === undefined ? 'not started yet' : name(told.runs)}${outdated ? ' (outdated)' : ''}`,
  )
  const asPinned = standing?.units.every(({ told }) => told.runs === standing.wanted) === true
  return {
    pinned: standing ? name(standing.wanted) : 'not known',
    installed: workload ? `etcd ${workload.version}, ${name(releaseOf(workload))}` : 'none',
    running: loaded ? `etcd ${loaded.version}, ${name(releaseOf(loaded))}` : 'none',
    ...(prepared && { 'lies-ready': `etcd ${prepared.version}, ${name(releaseOf(prepared))}` }),
    units: rows.join('\n') || 'unknown',
    'all-as-pinned': String(asPinned),
  }
}

/** What a hook would find that had nothing else to do. */
export function describeRefresh(observed: Observed): string {
  const { prepared } = observed.machine
  const standing = standingOf(observed)
  if (!standing?.units.some(({ outdated }) => outdated)) return 'none is in progress'
  if (!prepared || releaseOf(prepared) !== standing.wanted)
    return `in progress; nothing lies ready for ${observed.unit}`
  const refusal = whyReleaseIsNotTaken(observed, standing.wanted)
  if (refusal !== undefined) return `${observed.unit} stays: ${refusal}`
  const hold = holdOf(observed, prepared)
  return hold
    ? `${observed.unit} stays: ${describeHold(hold)}`
    : `${observed.unit} goes to etcd ${prepared.version}`
}
