// Where a refresh stands: nothing but a comparison of what each unit wants and runs. Nobody notes that a refresh is under way.

import type { RefreshTold } from '../../../interfaces/etcd-peers.ts'
import type { Observed, WorkloadSeen } from '../../observed.ts'
import { compareVersions } from './versions.ts'
import { releaseOf, wantedRelease } from './release.ts'

export interface UnitStanding {
  readonly unit: string
  readonly number: number
  readonly told: RefreshTold
  readonly version: string | undefined
  /** It runs another release than this unit's charm wants; one that has not started yet has none to be refreshed from. */
  readonly outdated: boolean
  /** It runs what is wanted, was seen to serve with it, and does. */
  readonly well: boolean
}

export interface Standing {
  readonly wanted: string
  /** The highest number first: so they go. */
  readonly units: readonly UnitStanding[]
}

export function numberOf(unit: string): number {
  return Number(unit.slice(unit.lastIndexOf('/') + 1))
}

export function standingOf(observed: Observed): Standing | undefined {
  const wanted = wantedRelease(observed)
  const { peers, unit: self } = observed
  if (!wanted || !peers) return undefined
  const units = [...peers.units].map(([unit, { databag }]): UnitStanding => {
    const told = unit === self ? ownTold(observed) : (databag.refresh ?? {})
    const version = unit === self ? observed.machine.workload?.version : databag.version
    const runs = told.runs === wanted
    const well = runs && told.proven === wanted && (unit === self || databag.endpoint !== undefined)
    return { unit, number: numberOf(unit), told, version, outdated: told.runs !== undefined && !runs, well }
  })
  return { wanted, units: units.toSorted((a, b) => b.number - a.number) }
}

/** Of this unit what it runs is known better than by what it told last. */
function ownTold({ machine, peers, unit }: Observed): RefreshTold {
  const told = peers?.units.get(unit)?.databag.refresh ?? {}
  const { runs: _before, ...rest } = told
  const runs = machine.loaded && releaseOf(machine.loaded)
  return runs ? { ...rest, runs } : rest
}

/** Those that run what is wanted, by a refresh or from their first start on. */
export function upToDate({ wanted, units }: Standing): readonly UnitStanding[] {
  return units.filter(({ told }) => told.runs === wanted)
}

/** One unit is left to go. */
export function isLast({ units }: Standing): boolean {
  return units.filter(({ outdated }) => outdated).length === 1
}

/** Those that ran something else before: one that joined with what is wanted has shown nothing of how a member takes to it. */
export function refreshedUnits(standing: Standing): readonly UnitStanding[] {
  return upToDate(standing).filter(({ told }) => told.before !== undefined && told.before !== standing.wanted)
}

/**
 * An operator has looked at what the first one is like, on any unit. Who forced the first one to go has not seen it yet, nor has who ordered
 * it in another way: beside the unit with that order there must be one that was refreshed.
 */
export function isResumed(standing: Standing): boolean {
  const refreshed = refreshedUnits(standing)
  return standing.units.some(({ unit, told: { order } }) => {
    if (order?.release !== standing.wanted) return false
    if (order.compatibility !== undefined || order.checks !== undefined) return false
    return refreshed.some((other) => other.unit !== unit)
  })
}

/** The units whose charm, option or tarball is not the one that this unit goes by: Juju changes them one by one, within seconds. */
export function unitsOfAnotherMind({ wanted, units }: Standing): readonly string[] {
  return units.filter(({ told }) => told.wants !== wanted).map(({ unit }) => unit)
}

/** Back to what a unit ran before: whoever moved goes, and the others have nothing to do. Forward again is no way back. */
export function isRollback(standing: Standing, ready: WorkloadSeen, current: WorkloadSeen): boolean {
  if (compareVersions(ready.version, current.version) > 0) return false
  return standing.units.some(({ told }) => told.before === standing.wanted)
}
