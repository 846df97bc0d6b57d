// Does the steps of a plan, in order, each logged before it is done. Every step may be repeated: what exists is not created
// again, what is gone is not deleted again. The first failure stops; what it means is in `outcome.ts`.

import { defineService } from '../../machine/define-service.ts'
import { occupy } from '../../machine/occupant.ts'
import { findWorkload } from '../../machine/workload.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { describeStep, type Step } from '../step.ts'
import { type AccessStep, actOnAccess, isAccessStep, leadingAccessSteps } from './access.ts'
import { actOnAlarm } from './alarm.ts'
import { actOnMembers } from './members.ts'
import { claimData } from './claim-data.ts'
import { install } from './install.ts'
import { recordAudited } from './record-audited.ts'
import { recordStorage } from './record-storage.ts'
import { resumeData } from './resume-data.ts'
import { goBack } from './go-back.ts'
import { awaitQuorum, awaitStart, readmit, runService, waitUnlessOver } from './run-service.ts'
import { setDataAside } from './set-data-aside.ts'
import { forgetRefused, recordLoaded, stopEtcd } from './start-record.ts'
import { endTurn } from './end-turn.ts'
import { restartInTurn } from './restart-in-turn.ts'
import { createKey, writeFileNow, writeRevocationList } from './write-files.ts'

export async function act(charm: Charm, observed: Observed, steps: readonly Step[]): Promise<void> {
  const begin = async (step: Step): Promise<void> => {
    if (charm.deadline.aborted) throw new Waiting('this hook took too long; the next one goes on')
    await charm.juju.log('INFO', describeStep(step))
  }
  for (let ahead = steps; ahead.length > 0; ) {
    const [step] = ahead
    const onAccess = leadingAccessSteps(ahead)
    if (onAccess.length > 0) await actOnAccess(observed, onAccess, begin)
    else if (step && !isAccessStep(step)) {
      await begin(step)
      await doStep(charm, observed, step)
    }
    ahead = ahead.slice(Math.max(onAccess.length, 1))
  }
}

async function doStep(charm: Charm, observed: Observed, step: Exclude<Step, AccessStep>): Promise<void> {
  switch (step.kind) {
    case 'workload/install':
      return install(charm, observed, step.from)
    case 'service/define':
      return settleIn(observed, step.start)
    case 'key/create':
      return createKey(step.purpose)
    case 'file/write':
      return writeFileNow(observed, step.file, step.content)
    case 'revocation/write':
      return writeRevocationList(step.serials, charm.now)
    case 'storage/record':
      return recordStorage(step.record)
    case 'data/set-aside':
      return setDataAside(charm.now)
    case 'data/resume':
      return resumeData(observed, step)
    case 'data/claim':
      return claimData(step.claim)
    case 'service/stop':
      // Nor with the machine: what it must not meet may be there after the next boot.
      return stopEtcd(await findWorkload(), { disable: true })
    case 'service/start':
      waitUnlessOver(await runService(observed, step), charm.now)
      return
    case 'service/readmit':
      return readmit()
    case 'service/restart':
      waitUnlessOver(await restartInTurn(charm, observed, step), charm.now)
      return
    case 'service/wait':
      return waitForStart(observed)
    case 'service/wait-for-quorum':
      return awaitQuorum(step.why)
    case 'service/yield':
      throw new Waiting(`restart is due (${step.why}); the raft leader goes last, after ${step.to}`)
    case 'service/go-back':
      waitUnlessOver(await goBack(observed, step), charm.now)
      return
    case 'refusal/forget':
      return forgetRefused(step.part)
    case 'member/add':
    case 'member/update':
    case 'member/promote':
    case 'member/remove':
      return actOnMembers(observed, step, charm.deadline)
    case 'alarm/disarm':
      return actOnAlarm(observed, step)
    case 'auth/record':
      return recordLoaded(step.loaded)
    case 'access/record':
      return recordAudited(step.audited)
    default:
      return step satisfies never
  }
}

async function waitForStart(observed: Observed): Promise<void> {
  const { loaded, run } = observed.machine
  const outcome = await awaitStart(loaded)
  return endTurn(observed, waitUnlessOver(outcome, run.begun?.at ?? observed.now))
}

async function settleIn({ unit }: Observed, start: boolean): Promise<void> {
  const workload = await findWorkload()
  await occupy(workload.paths.state, unit)
  await defineService(workload, undefined, { start })
}
