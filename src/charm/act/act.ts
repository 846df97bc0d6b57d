// Does the steps of a plan, in order, each logged before it is done. Every step may be repeated: what exists is not created
// again, what is gone is not deleted again. The first failure stops; what it means is in `outcome.ts`.

import { giveKeys } from '../../machine/key-rights.ts'
import { findWorkload } from '../../machine/workload.ts'
import type { Charm } from '../charm.ts'
import { type ByKind, doByKind } from '../by-kind.ts'
import type { Observed } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { describeStep, type Step } from '../step.ts'
import { type AccessStep, actOnAccess, isAccessStep, leadingAccessSteps } from './access.ts'
import { createRequestFor } from './create-request.ts'
import { onMaintenance } from './on-maintenance.ts'
import { onBackup } from './backup/on-backup.ts'
import { onCluster } from './on-cluster.ts'
import { onRestore } from './on-restore.ts'
import { onWorkload } from './on-workload.ts'
import { recordAudited } from './record-audited.ts'
import { createKey, writeRevocationList } from './write-files.ts'

type SingleStep = Exclude<Step, AccessStep>

const doers: ByKind<SingleStep['kind']> = {
  ...onWorkload,
  ...onCluster,
  ...onMaintenance,
  ...onRestore,
  ...onBackup,
  'access/record': (_charm, _observed, { audited }) => recordAudited(audited),
  'request/create': (_charm, observed, { role, wish }) => createRequestFor(observed, role, wish),
  'keys/give': async () => giveKeys(await findWorkload()),
  'key/create': (_charm, _observed, { purpose }) => createKey(purpose),
  'revocation/write': ({ now }, _observed, { serials }) => writeRevocationList(serials, now),
}

/** Juju promises the leadership for 30 s from when it was asked for; some are for the step itself. */
const leadsForMs = 20_000

/**
 * A machine that stood still, or a long hook, may have lost the leadership since: who has what is then another leader's to say, and the
 * ledger of this hook is old.
 */
async function assertLeads({ juju }: Charm, { leader }: Observed): Promise<void> {
  if (leader && !(await juju.stillLeads(leadsForMs)))
    throw new Waiting('this unit leads no more; the leader goes on with the access of clients')
}

export async function act(charm: Charm, observed: Observed, steps: readonly Step[]): Promise<void> {
  const isAction = charm.context.hook.kind === 'action'
  const begin = async (step: Step): Promise<void> => {
    if (charm.deadline.aborted)
      throw new Waiting(isAction ? 'its time is over' : 'this hook took too long; the next one goes on')
    await charm.juju.log('INFO', describeStep(step))
    if (isAction) await charm.juju.actionLog(describeStep(step))
  }
  for (let ahead = steps; ahead.length > 0; ) {
    const [step] = ahead
    const onAccess = leadingAccessSteps(ahead)
    if (onAccess.length > 0) {
      await assertLeads(charm, observed)
      await actOnAccess(observed, onAccess, begin)
    } else if (step && !isAccessStep(step)) {
      await begin(step)
      await doByKind(doers, step.kind, charm, observed, step)
    }
    ahead = ahead.slice(Math.max(onAccess.length, 1))
  }
}
