// `juju run etcd/1 resume-refresh`: the operator has looked at the units that are refreshed, and the next one goes.

import type { RefreshOrder } from '../../interfaces/etcd-peers.ts'
import type { Charm } from '../charm.ts'
import type { Observed, WorkloadSeen } from '../observed.ts'
import { whatIsBeyondReading, whyNoOrderHere } from '../plan/beyond-reading.ts'
import { describeHold } from '../plan/refresh/conditions.ts'
import { type Hold, holdOf } from '../plan/refresh/hold.ts'
import { pauseOf } from '../plan/refresh/pause.ts'
import { releaseOf } from '../plan/refresh/release.ts'
import { refreshedUnits, type Standing, standingOf } from '../plan/refresh/standing.ts'
import { whyReleaseIsNotTaken } from '../plan/workload/next-start.ts'
import { carryOut, observe } from '../reconcile.ts'

export async function resumeRefresh(charm: Charm): Promise<void> {
  const { juju } = charm
  const checksHealth = (await juju.actionParameters())['check-health-of-refreshed-units'] !== false
  const observed = await observe(charm)
  const found = findRefresh(observed)
  if (typeof found === 'string') return juju.actionFail(found)
  const { standing, ready } = found
  const refusal = whyNot(observed, found, checksHealth)
  if (refusal !== undefined) return juju.actionFail(refusal)
  const order: RefreshOrder = { release: standing.wanted, ...(!checksHealth && { health: false }) }
  const outcome = await obeyRefresh(charm, observed, order, ready)
  if (outcome === 'refused') return
  const rest = outcome === 'runs' && pauseOf(observed) === 'first' && checksHealth
  await juju.actionSet({ next: rest ? 'the remaining units follow by themselves' : 'look at juju status' })
}

export interface RefreshFound {
  readonly standing: Standing
  /** What this unit is to run, and lies ready. */
  readonly ready: WorkloadSeen
}

/** What is wrong, in words, where there is nothing for an operator to order on this unit. */
export function findRefresh(observed: Observed): RefreshFound | string {
  const going = whyNoOrderHere(observed, 'the unit that is next')
  if (going !== undefined) return going
  const beyond = whatIsBeyondReading(observed)
  if (beyond) return beyond.message
  const { prepared } = observed.machine
  const standing = standingOf(observed)
  const next = standing?.units.find(({ outdated }) => outdated)
  if (!standing || !next) return 'no refresh is in progress'
  const own = standing.units.find(({ unit }) => unit === observed.unit)
  if (own?.told.runs === undefined)
    return `etcd has not started on ${observed.unit} yet; see its status; the next to be refreshed is ${next.unit}`
  if (!own.outdated) return `${observed.unit} is refreshed already; run it on ${next.unit}`
  const refusal = whyReleaseIsNotTaken(observed, standing.wanted)
  if (refusal !== undefined) return refusal
  if (!prepared || releaseOf(prepared) !== standing.wanted)
    return 'the release is not on this unit yet; see its status and try again'
  return { standing, ready: prepared }
}

/** What is to be said where this unit may not go by that order. */
export function whyNot(
  observed: Observed,
  { standing, ready }: RefreshFound,
  checksHealth: boolean,
): string | undefined {
  const [next] = standing.units.filter(({ outdated }) => outdated)
  if (!checksHealth) return refusalOf(observed, ready, { release: standing.wanted, health: false })
  if (next?.unit !== observed.unit) return `run it on ${next?.unit}, which is next`
  const hold = holdOf(observed, ready)
  if (hold?.kind === 'pause') return undefined
  if (hold) return `${describeHold(hold)}${orAnyhow(hold, standing)}`
  if (pauseOf(observed) === 'none')
    return 'option pause-after-unit-refresh is none: units are refreshed by themselves'
  return refreshedUnits(standing).length > 0
    ? `${observed.unit} is being refreshed anyway`
    : `${observed.unit} is the first one, and is refreshed by itself`
}

/** Before the first one nothing is refreshed yet that an operator could answer for. */
function orAnyhow({ kind }: Hold, standing: Standing): string {
  const ofHealth = kind === 'unwell' || kind === 'away'
  return ofHealth && refreshedUnits(standing).length > 0
    ? '; or run it with check-health-of-refreshed-units=false'
    : ''
}

/** What no order of that kind takes out of the way. */
export function refusalOf(
  observed: Observed,
  ready: WorkloadSeen,
  refreshOrder: RefreshOrder,
): string | undefined {
  const hold = holdOf({ ...observed, refreshOrder }, ready)
  return hold && describeHold(hold)
}

/** @returns `refused` where it does not run with it and went back: then the action has failed in words; what was ordered stands */
export async function obeyRefresh(
  charm: Charm,
  observed: Observed,
  refreshOrder: RefreshOrder,
  ready: WorkloadSeen,
): Promise<'runs' | 'waits' | 'refused'> {
  const { juju } = charm
  const after = await carryOut(charm, { ...observed, refreshOrder })
  const { loaded } = after.observed.machine
  if (loaded && releaseOf(loaded) === refreshOrder.release) {
    await juju.actionSet({ result: `${observed.unit} runs etcd ${ready.version}` })
    return 'runs'
  }
  const refusal = whyReleaseIsNotTaken(after.observed, refreshOrder.release)
  if (refusal !== undefined) {
    await juju.actionFail(refusal)
    return 'refused'
  }
  const why = after.conditions.map(({ message }) => message).join('; ')
  await juju.actionSet({ result: `${observed.unit} goes in one of its next hooks${why && `: ${why}`}` })
  return 'waits'
}
