// Whose data lies on this unit's storage: of the cluster as it was founded last, or of another. A unit starts etcd on its own
// data only; so a member that was away while its cluster was founded anew never meets another one of the old.

import type { Observed } from '../../observed.ts'
import type { Resumption, Step } from '../../step.ts'
import { founderOf, isClaimed, replacedHere, restoresHere } from '../restore/under-way.ts'
import { memberName, ownMember, peerUrlOf } from './members.ts'

export function dataOf(observed: Observed): 'none' | 'ours' | 'foreign' {
  const { data, claim } = observed.machine
  if (!data) return 'none'
  const ours = claim ? isClaimed(observed) : wasJustMade(observed)
  return ours ? 'ours' : 'foreign'
}

/** By an etcd that this charm started and did not see serve yet; one that died since is known by its member's id. */
function wasJustMade(observed: Observed): boolean {
  const { machine, peers, unit } = observed
  const { position, service } = machine
  const { founder, born } = peers?.application.founding ?? {}
  if (service === 'active' || (founder === unit && born)) return true
  return position !== undefined && position !== 'unreadable' && ownMember(observed)?.id === position.member
}

/**
 * This unit's etcd ran here with data of a later founding than Juju knows of: the controller was restored to a state of before. A restore
 * of a snapshot that Juju does not know of is another matter: what it took the place of comes back.
 */
export function isAheadOfRecord(observed: Observed): boolean {
  const { application, machine, modelUuid, peers, unit } = observed
  const { claim, data, loaded, service } = machine
  const founding = peers?.application.founding
  if (!founding?.born || !data || claim?.unit !== unit || replacedHere(observed)) return false
  // Storage of another application, or of an earlier one, may come with any generation.
  const isOfThisCluster = claim.token.startsWith(`${modelUuid}-${application}-${claim.generation}`)
  const ranHere = service === 'active' || loaded !== undefined
  return isOfThisCluster && ranHere && claim.generation > founding.generation
}

/** What Juju says is older than the data of this unit, or of one that tells so. */
export function isRecordOlder(observed: Observed): boolean {
  const told = [...(observed.peers?.units ?? [])].some(
    ([name, { databag }]) => name !== observed.unit && databag.ahead === true,
  )
  return isAheadOfRecord(observed) || told
}

/** It has data, and etcd was not seen yet to serve the new cluster with it. */
function foundsOnData(observed: Observed): boolean {
  const { machine, peers, unit } = observed
  const { founder, born, restore } = peers?.application.founding ?? {}
  return founder === unit && !born && !restore && machine.data && !isClaimed(observed)
}

/** What the founder makes of the data that it has; `undefined` where it has to make nothing of it. */
export function resumptionOf(observed: Observed): Resumption | undefined {
  const { addresses, etcd, peers, unit } = observed
  const token = peers?.application.founding?.token
  if (token === undefined || !addresses || !foundsOnData(observed)) return undefined
  // It goes on with its data already; what keeps the charm out of it, a restart with other certificates mends.
  if (etcd.kind === 'up' ? etcd.here : etcd.kind === 'down' && etcd.serves) return undefined
  return { token, memberName: memberName(unit), peerUrl: peerUrlOf(addresses) }
}

/** No etcd runs while nobody knows whose data goes on, nor on data that the cluster as it is now has left behind. */
export function planStandstill(observed: Observed): readonly Step[] {
  const { machine, peers } = observed
  const founding = peers?.application.founding
  if (!founding || machine.service !== 'active' || foundsOnData(observed)) return []
  const kind = 'service/stop'
  if (founderOf(observed) === undefined)
    return [{ kind, why: 'the cluster is founded anew, and all its members stand still until then' }]
  const isForeign = dataOf(observed) === 'foreign' && !isAheadOfRecord(observed)
  return isForeign ? [{ kind, why: 'its data is of an earlier cluster' }] : []
}

/** Once etcd lists this unit's member, its data is known to be of this cluster. */
export function planClaim(observed: Observed): readonly Step[] {
  const { machine, etcd, peers, unit } = observed
  const founding = peers?.application.founding
  const claimable = machine.data && machine.service === 'active' && (!machine.claim || foundsOnData(observed))
  if (!founding || !claimable || etcd.kind !== 'up' || !etcd.here || !ownMember(observed)?.name) return []
  const claim = { token: founding.token, generation: founding.generation, unit }
  return [{ kind: 'data/claim', claim, why: 'a member of this cluster wrote it' }]
}

/** Data that no member of the cluster is to go on with, and that may make way once the cluster serves. */
export function isLeftBehind(observed: Observed): boolean {
  const founding = observed.peers?.application.founding
  if (founding?.founder === undefined || foundsOnData(observed) || restoresHere(observed)) return false
  return dataOf(observed) === 'foreign'
}
