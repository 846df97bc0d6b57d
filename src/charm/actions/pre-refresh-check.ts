// `juju run etcd/leader pre-refresh-check`: whether a refresh would begin now, and how to come back. The same checks run by themselves.

import { documentation } from '../plan/documentation.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { failedCheck } from '../plan/refresh/checks.ts'
import { pauseOf } from '../plan/refresh/pause.ts'
import { wantedRelease } from '../plan/refresh/release.ts'
import { standingOf } from '../plan/refresh/standing.ts'
import { wayBack } from '../plan/refresh/way-back.ts'
import { observe } from '../reconcile.ts'
import { whyNotAsLeader } from './on-leader.ts'

const pauses = {
  all: 'after each unit, for resume-refresh on the next one',
  first: 'after the first unit, for resume-refresh on the second one',
  none: 'nowhere, but before the last unit of a minor upgrade',
} as const

export async function preRefreshCheck(charm: Charm): Promise<void> {
  const { juju } = charm
  const observed = await observe(charm)
  const refusal = whyNotAsLeader(charm, observed) ?? whyNot(observed)
  if (refusal !== undefined) return juju.actionFail(refusal)
  const { charmRevision, workload } = observed.machine
  const now = { release: wantedRelease(observed), version: workload?.version, charm: charmRevision }
  await juju.actionSet({
    result: 'ready to be refreshed',
    pauses: pauses[pauseOf(observed)],
    order: 'the highest unit number first, one at a time',
    rollback: wayBack(observed, now),
    instructions: `${documentation}/how-to/refresh.md`,
  })
}

function whyNot(observed: Observed): string | undefined {
  if (standingOf(observed)?.units.some(({ outdated }) => outdated))
    return 'a refresh is in progress; see juju status'
  const failed = failedCheck(observed)
  return failed && `not ready: ${failed}`
}
