// `juju run etcd/leader restore file=… confirm=true`: all that etcd has becomes what a snapshot has. It is tried first, and made ready while
// the cluster goes on serving; then the leader notes once that the cluster is founded on it, and every unit follows by its hooks.

import { beginRestore, foundOnSnapshot } from '../../begin-restore.ts'
import type { Charm } from '../../charm.ts'
import type { Observed, PeersSeen } from '../../observed.ts'
import { conditionOf } from '../../outcome.ts'
import { whatIsBeyondReading } from '../../plan/beyond-reading.ts'
import { dataOf } from '../../plan/cluster/data.ts'
import { planRestore } from '../../plan/restore/restore.ts'
import { isClaimed, restoreUnderWay } from '../../plan/restore/under-way.ts'
import { type KeptUsers, keptUsers, nextRestore, preparation } from '../../plan/restore/wish.ts'
import { carryOut, observe } from '../../reconcile.ts'
import { describeLoss, readNow } from './describe-loss.ts'
import { describeSnapshot } from './describe.ts'
import { examine, type Sound } from './examine.ts'
import { holdOthersOff } from './hold-off.ts'
import { goOnWithout, undoRestore } from './intervene.ts'
import { locate } from './locate.ts'
import { type Parameters, readParameters } from './parameters.ts'
import { takeSafetyBackup } from './safety-backup.ts'
import { whyNotRestore } from './refusals.ts'

export async function restore(charm: Charm): Promise<void> {
  const { juju } = charm
  const parameters = await readParameters(juju)
  if (!parameters) return
  const observed = await observeMended(charm)
  const beyond = whatIsBeyondReading(observed)
  if (beyond) return juju.actionFail(`refused: ${beyond.message}`)
  if (parameters.undo) return undoRestore(charm, observed, parameters)
  if (observed.leader && restoreUnderWay(observed)) return goOnWithout(charm, observed, parameters)
  const refusal = await whyNotRestore(charm, observed, parameters)
  if (refusal !== undefined || !observed.peers) return juju.actionFail(refusal ?? 'there is no peer relation')
  await using held = parameters.confirm ? await holdOthersOff(observed) : undefined
  if (held?.kind === 'refused') return juju.actionFail(held.why)
  await using located = await locate(charm, observed, parameters)
  if (located.kind === 'refused') return juju.actionFail(located.why)
  const found = await examine(charm, observed, located.source, parameters)
  if (found.kind === 'refused') return juju.actionFail(found.why)
  const kept = keptUsers(parameters.keepUsers, found.file.database?.users ?? [], observed.peers.ledger)
  if (kept.kind === 'refused') return juju.actionFail(kept.why)
  await carryOn(charm, {
    observed,
    peers: observed.peers,
    parameters,
    found,
    kept,
    heldThroughout: async () => (await held?.heldThroughout()) !== false,
    founded: () => held?.founded(),
  })
}

/** One that died before may have put data in force here of which nobody knows: first what was there comes back. */
async function observeMended(charm: Charm): Promise<Observed> {
  const observed = await observe(charm)
  const isAmiss = dataOf(observed) === 'foreign' || planRestore(observed).length > 0
  // One that is under way may be about to be taken back.
  return isAmiss && !restoreUnderWay(observed) ? (await carryOut(charm, observed)).observed : observed
}

interface Agreed {
  readonly observed: Observed
  readonly peers: PeersSeen
  readonly parameters: Parameters
  readonly found: Sound
  readonly kept: KeptUsers
  /** Others were held off all the while. */
  readonly heldThroughout: () => Promise<boolean>
  /** Nobody is to be held off any more. */
  readonly founded: () => void
}

async function carryOn(charm: Charm, agreed: Agreed): Promise<void> {
  const { juju } = charm
  const { observed, parameters, found, kept } = agreed
  const now = await readNow(observed)
  await juju.actionSet({
    ...describeSnapshot(found),
    ...describeLoss({ observed, found, now, kept, parameters }),
  })
  if (!parameters.confirm) return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  const safety = await takeSafetyBackup(charm, observed, parameters)
  if (safety.kind === 'failed') return juju.actionFail(safety.why)
  await juju.actionSet({ 'safety-backup': safety.words })
  const founding = nextRestore(observed, { snapshot: found.source.name, without: parameters.without })
  const to = founding && preparation({ ...agreed, revisionNow: now?.revision, founding, tried: found.tried })
  if (!founding || !to) return juju.actionFail('this unit has no address yet; wait until it serves')
  try {
    await juju.actionLog('making the data ready; the cluster goes on serving meanwhile')
    await beginRestore(charm, { ...to, path: found.source.path, size: found.file.size, raw: found.raw })
  } catch (error) {
    const condition = conditionOf(error)
    if (!condition) throw error
    return juju.actionFail(condition.message)
  }
  if (!(await agreed.heldThroughout()))
    return juju.actionFail(
      'this unit stood still for more than a minute, and another may have restarted with another release meanwhile; nothing was changed, run it again',
    )
  const carried = await foundOnSnapshot(charm, observed, founding)
  if (!carried) return juju.actionFail('this unit leads no more; run it on the new leader')
  agreed.founded()
  const alone = restoreUnderWay(carried.observed) === undefined || isClaimed(carried.observed)
  await juju.actionSet({
    done: alone ? 'this unit serves what was restored' : 'the restore has begun',
    next: `watch juju status${alone ? '' : '; until etcd serves, restore undo=true confirm=true takes it back'}`,
  })
}
