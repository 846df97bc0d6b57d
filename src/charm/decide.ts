// The decision: from what was observed to a plan. Pure and total: no io, no clock, no randomness; read it top to bottom and
// you know what the charm does. Steps are done in this order, writes after all steps.

import { type Ledger, sameLedger } from '../interfaces/ledger.ts'
import { oneUnitPerMachine } from './plan/cluster/guards.ts'
import { isGuestOf } from './plan/cluster/guest.ts'
import type { Observed } from './observed.ts'
import { recordIsOlder, whatIsBeyondReading } from './plan/beyond-reading.ts'
import { planAccess } from './plan/clients/access.ts'
import { planAnswers } from './plan/clients/answers.ts'
import { planAudit } from './plan/clients/audit.ts'
import { planCollection } from './plan/clients/collectable.ts'
import { planClientCas } from './plan/trust/client-cas.ts'
import { conditionsOf } from './plan/conditions.ts'
import { planAsking, planRequests } from './plan/issuers/requests.ts'
import { planIssuers, withIssuers } from './plan/issuers/tell.ts'
import { planAlarms } from './plan/cluster/alarms.ts'
import { planDoubt } from './plan/cluster/damage.ts'
import { planClaim, planStandstill } from './plan/cluster/data.ts'
import { planDefinition } from './plan/workload/definition.ts'
import { planInstall } from './plan/workload/install.ts'
import { planIssuing } from './plan/certificates/signing.ts'
import { planKeys } from './plan/certificates/keys.ts'
import { planIntroduction } from './plan/cluster/introduction.ts'
import { planEncryption } from './plan/clients/encryption.ts'
import { planGrants } from './plan/clients/given.ts'
import { planDowngradeEnd } from './plan/refresh/downgrade.ts'
import { nextLedger } from './plan/clients/ledger.ts'
import { planMembership } from './plan/cluster/membership.ts'
import { planCollectors } from './plan/observability/collectors.ts'
import { planOptions } from './plan/workload/options.ts'
import { planRotation } from './plan/certificates/rotation.ts'
import { planDiscard, planRestore, planSettling } from './plan/restore/restore.ts'
import { planStorage, storageAway } from './plan/workload/storage.ts'
import { planAuthentication } from './plan/cluster/authentication.ts'
import { planBackups } from './plan/backup/due.ts'
import { planStoreAsks, planStoreRecord } from './plan/backup/stores.ts'
import { planLoss } from './plan/backup/work.ts'
import { planService } from './plan/workload/service.ts'
import { planScheduled } from './plan/maintenance/defragment.ts'
import type { Condition, Plan, Step, Write } from './step.ts'

export function decide(seen: Observed): Plan {
  // Whom the leader is about to have trusted, it trusts itself at once: nobody would wake it for that.
  const observed = withIssuers(seen)
  const { occupant } = observed.machine
  if (occupant !== undefined && !oneUnitPerMachine.holds(observed))
    return { steps: [], writes: [], conditions: [whatGuestsTell(observed, occupant)], toCount: [] }
  const beyond = observed.leaving ? undefined : whatIsBeyondReading(observed)
  // Beside a record that is older, each unit tells that it is ahead of it.
  if (beyond)
    return {
      steps: [],
      writes: beyond === recordIsOlder ? planIntroduction(observed) : [],
      conditions: [beyond],
      toCount: [],
    }
  const judged = nextLedger(observed)
  const { writes: answers, ledger, toCount } = planAnswers(observed, judged)
  const steps = observed.leaving ? [] : planSteps(observed, judged)
  const writes: readonly Write[] = [
    ...planIssuing(observed),
    ...planRotation(observed, answers.length > 0),
    ...planClientCas(observed),
    ...planIssuers(seen, observed, answers.length > 0),
    ...planOptions(observed),
    ...planIntroduction(observed),
    ...planAsking(observed),
    ...planCollection(observed, ledger),
    ...planEncryption(observed),
    ...planGrants(observed),
    ...planStoreAsks(observed),
    ...answers,
    ...planLedger(observed, ledger),
    ...planCollectors(observed),
  ]
  return { steps, writes, conditions: conditionsOf(observed, ledger), toCount }
}

function planSteps(observed: Observed, judged: Ledger): readonly Step[] {
  // What a member of an earlier cluster says of anything is of no use: first it stops.
  const standstill = planStandstill(observed)
  if (standstill.length > 0) return standstill
  const restoring = planRestore(observed)
  if (restoring.length > 0) return restoring
  const access = planAccess(observed, judged)
  // What etcd knows of clients is looked after through the other members.
  if (storageAway(observed)) return [...access, ...planAudit(observed, judged, access)]
  const steps = [
    ...planStorage(observed),
    ...planInstall(observed),
    ...planDefinition(observed),
    ...planKeys(observed),
    ...planRequests(observed),
    ...planClaim(observed),
    ...planDiscard(observed),
    ...planSettling(observed),
    ...access,
    ...planAudit(observed, judged, access),
    ...planMembership(observed),
    ...planDoubt(observed),
    ...planAlarms(observed),
    ...planDowngradeEnd(observed),
    // Before a restart, which may wait as long as another member is away.
    ...planStoreRecord(observed),
    ...planLoss(observed),
    ...planBackups(observed),
    ...planService(observed, judged),
    ...planAuthentication(observed),
  ]
  return [...steps, ...planScheduled(observed, steps)]
}

/** What another unit has on this machine is not touched, nor is anything promised that could not be kept. */
function whatGuestsTell({ leaving }: Observed, occupant: string): Condition {
  return leaving ? { status: 'maintenance', message: 'leaving', scope: 'unit' } : isGuestOf(occupant)
}

function planLedger(observed: Observed, ledger: Ledger): readonly Write[] {
  if (!observed.peers || sameLedger(observed.peers.ledger, ledger)) return []
  return [{ kind: 'ledger/write', ledger, why: 'who owns what has changed' }]
}
