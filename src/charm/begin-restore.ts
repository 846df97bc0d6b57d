// A restore begins: the data is made ready while the cluster goes on serving, the leader notes once what all others follow, and this
// unit stands still at once. Where nobody else is to be waited for, that is all of it.

import type { Founding } from '../interfaces/founding.ts'
import { prepareRestore, type ToPrepare } from './act/prepare-restore.ts'
import type { Charm } from './charm.ts'
import type { Observed } from './observed.ts'
import { publish } from './publish/publish.ts'
import { type CarriedOut, carryOut, observeHere } from './reconcile.ts'

export async function beginRestore(charm: Charm, to: ToPrepare): Promise<void> {
  await charm.juju.log('INFO', `restore: making the data of ${to.snapshot} ready`)
  await prepareRestore(to)
}

/**
 * Nobody else knows of it before this hook is committed, so where it dies all goes back: what it put in force here is then of another
 * founding than Juju knows. `undefined` where this unit leads no more.
 */
export async function foundOnSnapshot(
  charm: Charm,
  observed: Observed,
  founding: Founding,
): Promise<CarriedOut | undefined> {
  const { peers } = observed
  if (!peers) return undefined
  const { leads } = await publish(charm, observed, [
    { kind: 'founding/write', founding, why: 'the operator restores a snapshot, or takes that back' },
  ])
  if (!leads) return undefined
  const seen = { ...observed, peers: { ...peers, application: { ...peers.application, founding } } }
  return carryOut(charm, await observeHere(charm, seen))
}
