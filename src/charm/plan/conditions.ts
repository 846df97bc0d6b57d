// What is not as it should be, for `juju status`: `<what is missing>; <what to do>`, in lower case. Each capability says its own; here is
// their order, and the first thing that a unit lacks.

import type { Ledger } from '../../interfaces/ledger.ts'
import type { Observed } from '../observed.ts'
import type { Condition, Stake } from '../step.ts'
import { backupConditions } from './backup/conditions.ts'
import { certificateNamesAddress } from './certificates/guards.ts'
import { clockConditions, rotationConditions } from './certificates/rotation.ts'
import { clientConditions, trialConditions } from './clients/conditions.ts'
import { clusterConditions, unstartedConditions, unstartedUnits } from './cluster/conditions.ts'
import { describeDamage } from './cluster/damage.ts'
import { isOrphaned, untold } from './cluster/founding.ts'
import { isNotOlder } from './cluster/guards.ts'
import { dataIsLost, isDataLost } from './cluster/lost-data.ts'
import { healthConditions } from './cluster/health.ts'
import { membersOf, ownMember, servesHere } from './cluster/members.ts'
import { describeLoss, lostQuorum, startingUnits } from './cluster/quorum.ts'
import { translationConditions } from './cluster/translation.ts'
import { defragmentationConditions } from './maintenance/defragment.ts'
import { restoreConditions } from './restore/conditions.ts'
import { founderOf } from './restore/under-way.ts'
import { endConditions } from './certificates/ends.ts'
import { issuerConditions } from './issuers/conditions.ts'
import { clientCasConditions } from './trust/client-cas.ts'
import { lockOutConditions } from './trust/lock-out.ts'
import { refreshConditions } from './refresh/conditions.ts'
import { describeStart, phaseOf, refusalConditions } from './workload/next-start.ts'
import { optionConditions } from './workload/options.ts'
import { describeAbsence, storageAway } from './workload/storage.ts'
import { remainderOf } from './cluster/remainder.ts'

export function conditionsOf(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (observed.leaving) return [{ status: 'maintenance', message: 'leaving', scope: 'unit' }]
  return [
    ...optionConditions(observed),
    ...clockConditions(observed),
    ...lockOutConditions(observed),
    ...refusalConditions(observed),
    ...unitConditions(observed),
    ...trialConditions(observed, ledger),
    ...clusterConditions(observed),
    ...translationConditions(observed),
    ...unstartedConditions(observed),
    ...healthConditions(observed),
    ...clientConditions(observed, ledger),
    ...clientCasConditions(observed),
    ...rotationConditions(observed),
    ...issuerConditions(observed),
    ...endConditions(observed),
    ...defragmentationConditions(observed),
    ...backupConditions(observed),
    ...refreshConditions(observed),
  ]
}

/** The first thing that this unit lacks: the rest follows from it. */
function unitConditions(observed: Observed): readonly Condition[] {
  const { machine, peers, etcd } = observed
  const founder = founderOf(observed)
  const lost = lostQuorum(observed)
  const away = storageAway(observed)
  const own = ownMember(observed)
  // No option that is invalid hides that the member is out. An ordinary start is no such thing: it would be told as blocked by that option.
  const waiting = (message: string, stake?: Stake): readonly Condition[] => [
    { status: 'waiting', message, scope: 'unit', ...(stake && { stake }) },
  ]
  if (!machine.workload)
    return [{ status: 'maintenance', message: 'etcd is not installed yet', scope: 'unit' }]
  if (away) return waiting(describeAbsence(away), 'member')
  if (!peers) return waiting('waiting for the peer relation')
  if (!observed.addresses)
    return waiting(
      "juju knows no address of this unit in the space of etcd-peers or etcd-client; see its machine's network, and juju bind",
    )
  if (!peers.application.authorities)
    return waiting('waiting for the leader to make the certificate authorities')
  if (!peers.application.certificates.has(observed.unit))
    return waiting("waiting for the leader to sign this unit's certificates")
  const restoring = restoreConditions(observed)
  if (restoring.length > 0) return restoring
  const isAnotherToFound =
    !peers.application.founding?.born && founder && isOrphaned(observed, peers, founder)
  // A cluster that was founded before serves nobody meanwhile; a new one has nobody yet.
  if (!founder || isAnotherToFound)
    return waiting(whyNotFounded(observed), peers.application.founding && 'cluster')
  if (isDataLost(observed)) return [dataIsLost]
  if (phaseOf(observed) === 'starts')
    return waiting(describeStart(machine.run.begun?.at ?? machine.run.since))
  const rest = remainderOf(observed)
  if (rest)
    return waiting(`waiting to go on without ${rest.gone.join(', ')}, which went without leaving`, 'cluster')
  if (lost) return [{ status: 'blocked', message: describeLoss(lost), scope: 'unit', stake: 'cluster' }]
  if (machine.damage !== undefined) return [describeDamage(observed, machine.damage)]
  const starting = startingUnits(peers).filter((unit) => unit !== observed.unit)
  if (etcd.kind === 'down' && starting.length > 0)
    return waiting(`waiting for etcd to start on ${starting.join(', ')}`)
  if (etcd.kind === 'down')
    return waiting(`etcd does not answer: ${etcd.why}; see journalctl on the unit`, 'member')
  if (own?.learner) return waiting('a learner that has not caught up yet; it votes when it has')
  if (servesHere(observed))
    return certificateNamesAddress.holds(observed)
      ? []
      : waiting('waiting for the leader to sign certificates for its new address')
  if (founder !== observed.unit && !machine.data) return waiting(whyNotAMember(observed, founder))
  return waiting('waiting for etcd to start')
}

function whyNotFounded(observed: Observed): string {
  const missing = untold(observed)
  if (!observed.leader || missing.length === 0) return 'waiting for the leader to say who founds the cluster'
  return `waiting for ${missing.join(', ')} to tell what data it has; bring it back, or remove its unit with --force`
}

function whyNotAMember(observed: Observed, founder: string): string {
  const members = membersOf(observed)
  if (!members) return `waiting to join: no member answers yet; ${founder} founds the cluster`
  const away = members.filter((member) => member.name !== '' && !member.responds)
  if (away.length > 0)
    return `waiting to join: ${away.map(({ name }) => name).join(', ')} does not answer; bring it back or remove its unit`
  const { workload } = observed.machine
  if (workload && !isNotOlder.holds(workload.version, members))
    return `waiting to join: ${isNotOlder.because}; this unit has ${workload.version}; refresh to the later one, or remove this unit`
  const [joining = 'another unit'] = unstartedUnits(observed)
  return `waiting to join: ${joining} is joining; see its status, or remove it where it does not come`
}
