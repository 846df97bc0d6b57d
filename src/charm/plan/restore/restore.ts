// Data that was made of a snapshot comes into force on the unit that has it, or what was there before comes back.

import type { Observed, Replaced } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { workOf } from '../backup/work.ts'
import { storageAway } from '../workload/storage.ts'
import { founderOf, isClaimed, replacedHere, restoresHere, restoreUnderWay } from './under-way.ts'

/** Before anything else is done about data. */
export function planRestore(observed: Observed): readonly Step[] {
  if (storageAway(observed) || observed.machine.service === 'active') return []
  return restoresHere(observed) ? putInForce(observed) : takeBack(observed)
}

function putInForce(observed: Observed): readonly Step[] {
  const { machine, peers, unit } = observed
  const { ready } = machine
  if (isClaimed(observed) || founderOf(observed) !== unit) return []
  if (ready?.token !== peers?.application.founding?.token || !ready) return []
  const { snapshot } = ready
  return [{ kind: 'restore/put-in-force', snapshot, why: 'all others stand still' }]
}

/** A restore that was undone, or of which nobody knows, since its hook died. */
function takeBack(observed: Observed): readonly Step[] {
  const before =
    replacedHere(observed) ?? observed.machine.replaced.find((one) => wasToBeFoundedOn(observed, one))
  const why = 'what took its place is not of this cluster'
  return before ? [{ kind: 'restore/take-back', folder: before.folder, why }] : []
}

/**
 * Data that this unit was to found the cluster on is of an earlier founding, so its token does not tell. What took its place does: it is of
 * a later founding than Juju knows, or is not in that place yet.
 */
function wasToBeFoundedOn({ machine, peers, unit }: Observed, { by }: Replaced): boolean {
  const { founder, born, generation = 0, restore } = peers?.application.founding ?? {}
  if (by === undefined || founder !== unit || born || restore) return false
  const { claim, data, ready } = machine
  return data ? claim?.token === by && claim.generation > generation : ready?.token === by
}

function discard(what: 'restored' | 'copies', why: string): Step {
  return { kind: 'restore/discard', what, why }
}

/** Of a restore that was undone, or never begun; and copies of a database that an action left which was killed: hooks and actions of a unit take turns. */
export function planDiscard(observed: Observed): readonly Step[] {
  const { hasCopies, ready } = observed.machine
  const isAtWork = workOf(observed).running || restoreUnderWay(observed) !== undefined
  const wanted = restoresHere(observed) && ready?.token === observed.peers?.application.founding?.token
  return [
    ...(hasCopies && !isAtWork ? [discard('copies', 'nobody is at work on these copies any more')] : []),
    ...(ready && !wanted ? [discard('restored', `${ready.snapshot} is not to be restored any more`)] : []),
  ]
}

/**
 * Once all know that the cluster serves what was restored, Juju shows the founding of before only where its controller was restored to
 * a state of before: then what is written since must not make way for that.
 */
export function planSettling(observed: Observed): readonly Step[] {
  const { machine, peers } = observed
  if (!peers?.application.founding?.born || !isClaimed(observed) || machine.replaced.length === 0) return []
  const folders = machine.replaced.map(({ folder }) => folder)
  return [{ kind: 'restore/settle', folders, why: 'the cluster serves what was restored' }]
}
