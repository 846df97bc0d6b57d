// A restore that is under way: an operator goes on without a unit that does not come, or takes all of it back while nobody has been served.

import type { Founding } from '../../../interfaces/founding.ts'
import { foundOnSnapshot } from '../../begin-restore.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { whyNoOrderHere } from '../../plan/beyond-reading.ts'
import { isClaimed, restoresHere, restoreUnderWay, stillToStop } from '../../plan/restore/under-way.ts'
import { wayOut } from '../../plan/restore/conditions.ts'
import { onlyOnLeader } from '../on-leader.ts'
import type { Parameters } from './parameters.ts'
import { whyNotWithout } from './refusals.ts'

export async function goOnWithout(charm: Charm, observed: Observed, parameters: Parameters): Promise<void> {
  const { juju } = charm
  const founding = observed.peers?.application.founding
  const restore = restoreUnderWay(observed)
  if (!founding || !restore) return juju.actionFail('no restore is under way')
  const missing = stillToStop(observed)
  if (parameters.without.length === 0)
    return juju.actionFail(
      `${restore.snapshot} is being restored already; ${missing.length > 0 ? `${missing.join(', ')} is waited for: run restore without=${missing.join(',')} force=true confirm=true` : 'watch juju status'}, or take it back with undo=true confirm=true`,
    )
  const refusal = whyNoOrderHere(observed) ?? whyNotWithout(observed, { ...parameters, unit: restore.unit })
  if (refusal !== undefined) return juju.actionFail(refusal)
  const without = [...new Set([...(restore.without ?? []), ...parameters.without])].sort()
  await juju.actionSet({ outcome: `${restore.snapshot} is restored without ${without.join(', ')}` })
  if (!parameters.confirm) return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  await write(charm, observed, { ...founding, restore: { ...restore, without } }, 'the restore goes on')
}

export async function undoRestore(charm: Charm, observed: Observed, { confirm }: Parameters): Promise<void> {
  const { juju } = charm
  const restore = restoreUnderWay(observed)
  const refusal = observed.leader ? whyNotUndo(observed) : onlyOnLeader(charm, 'undo=true confirm=true')
  if (refusal !== undefined || !restore) return juju.actionFail(refusal ?? 'no restore is under way')
  await juju.actionSet({
    outcome: `${restore.snapshot} is not restored: every unit goes on with the data that it had`,
  })
  if (!confirm) return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  const { born = true, ...before } = restore.before
  await write(charm, observed, { ...before, ...(born && { born }) }, 'the restore is taken back')
}

/** Once etcd listens with what was restored, clients may have written to it. */
export function whyNotUndo(observed: Observed): string | undefined {
  const restore = restoreUnderWay(observed)
  if (!restore)
    return observed.peers?.application.founding?.restore
      ? 'the restored cluster serves already; the data of before is kept aside on every unit, as set-aside-*'
      : 'no restore is under way'
  const { etcd, machine, unit } = observed
  if (restoresHere(observed)) {
    const runs = isClaimed(observed) && (machine.service === 'active' || (etcd.kind === 'up' && etcd.here))
    return runs ? `etcd runs with what was restored on ${unit} already` : undefined
  }
  return stillToStop(observed).length === 0
    ? `${restore.unit} may serve with what was restored already; if its status says that this is gone, or its machine is gone: ${wayOut(restore.unit, { isLost: true })}`
    : undefined
}

async function write(charm: Charm, observed: Observed, founding: Founding, done: string): Promise<void> {
  const carried = await foundOnSnapshot(charm, observed, founding)
  if (!carried) return charm.juju.actionFail('this unit leads no more; run it on the new leader')
  await charm.juju.actionSet({ done, next: 'watch juju status' })
}
