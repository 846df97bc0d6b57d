// `juju run etcd/2 force-refresh-start check-compatibility=false`: the first unit goes, although a check does not hold.

import type { RefreshOrder } from '../../interfaces/etcd-peers.ts'
import type { Charm } from '../charm.ts'
import { refreshedUnits } from '../plan/refresh/standing.ts'
import { observe } from '../reconcile.ts'
import { findRefresh, obeyRefresh, refusalOf } from './resume-refresh.ts'

/** By parameter, as operators know them from other charms. */
const skippable = ['check-compatibility', 'run-pre-refresh-checks'] as const
const noCheckHere = 'check-workload-container'
const checks = [...skippable, noCheckHere] as const
type Check = (typeof checks)[number]

export async function forceRefreshStart(charm: Charm): Promise<void> {
  const { juju } = charm
  const parameters = await juju.actionParameters()
  const skipped = checks.filter((name) => parameters[name] === false)
  const idle = whyNothingToForce(skipped)
  if (idle !== undefined) return juju.actionFail(idle)
  const observed = await observe(charm)
  const found = findRefresh(observed)
  if (typeof found === 'string') return juju.actionFail(found)
  const { standing, ready } = found
  const [first] = standing.units.filter(({ outdated }) => outdated)
  if (refreshedUnits(standing).length > 0)
    return juju.actionFail('a unit is refreshed already; run resume-refresh on the next one')
  if (first?.unit !== observed.unit) return juju.actionFail(`run it on ${first?.unit}, which is first`)
  const order: RefreshOrder = {
    release: standing.wanted,
    ...(skipped.includes('check-compatibility') && { compatibility: false }),
    ...(skipped.includes('run-pre-refresh-checks') && { checks: false }),
  }
  for (const name of checks) await juju.actionLog(`${name}: ${describeCheck(name, skipped.includes(name))}`)
  const refusal = refusalOf(observed, ready, order)
  if (refusal !== undefined)
    return juju.actionFail(refusal.endsWith('or refresh back') ? refusal : `${refusal}; or refresh back`)
  await obeyRefresh(charm, observed, order, ready)
}

/** An order that skips nothing would be taken for the word of an operator who has looked at the first unit. */
export function whyNothingToForce(skipped: readonly Check[]): string | undefined {
  if (skippable.some((name) => skipped.includes(name))) return undefined
  const only = skipped.includes(noCheckHere) ? `${noCheckHere} skips nothing on machines; ` : ''
  return `${only}set at least one of ${skippable.join(', ')} to false; otherwise there is nothing to force`
}

function describeCheck(name: Check, isSkipped: boolean): string {
  if (name === noCheckHere) return 'there is no container on machines'
  return isSkipped ? 'skipped' : 'looked at'
}
