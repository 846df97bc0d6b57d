// What does the steps about etcd's programs, its configuration and its service.

import { defineService } from '../../machine/define-service.ts'
import { occupy } from '../../machine/occupant.ts'
import { findWorkload } from '../../machine/workload.ts'
import type { ByKind } from '../by-kind.ts'
import type { Observed } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import type { WorkloadStep } from '../step.ts'
import { goesBack } from '../plan/workload/next-start.ts'
import { cancelDowngrade } from './downgrade.ts'
import { endTurn } from './end-turn.ts'
import { fetchRelease } from './fetch.ts'
import { goBack } from './go-back.ts'
import { holdAgain, install } from './install.ts'
import { takeRefusalBack, tellRefusals } from './refusal-notes.ts'
import { restartInTurn } from './restart-in-turn.ts'
import { awaitQuorum, awaitStart, readmit, runService, waitUnlessOver } from './run-service.ts'
import { forgetRefused, stopEtcd } from './start-record.ts'
import { writeFileNow } from './write-files.ts'

export const onWorkload: ByKind<WorkloadStep['kind']> = {
  'workload/install': (charm, observed, { from }) => install(charm, observed, from),
  'workload/hold': () => holdAgain(),
  'workload/fetch': ({ now }, _observed, { revision }) => fetchRelease(revision, now),
  'downgrade/cancel': () => cancelDowngrade(),
  'service/define': (_charm, observed, { start }) => settleIn(observed, start),
  'file/write': (_charm, observed, { file, content }) => writeFileNow(observed, file, content),
  // Nor with the machine: what it must not meet may be there after the next boot.
  'service/stop': async () => stopEtcd(await findWorkload(), { disable: true }),
  'service/start': async (charm, observed, step) => {
    waitUnlessOver(await runService(observed, step), charm.now)
  },
  'service/restart': async (charm, observed, step) => {
    waitUnlessOver(await restartInTurn(charm, observed, step), charm.now)
  },
  'service/go-back': async (charm, observed, step) => {
    waitUnlessOver(await goBack(observed, step), charm.now)
  },
  'service/readmit': () => readmit(),
  'service/wait': (_charm, observed) => waitForStart(observed),
  'service/wait-for-quorum': (_charm, _observed, { why }) => awaitQuorum(why),
  'service/yield': (_charm, _observed, { to, why }) => {
    throw new Waiting(`restart is due (${why}); the raft leader goes last, after ${to}`)
  },
  'refusal/forget': async (_charm, observed, { part }) => {
    await takeRefusalBack(observed, part)
    await forgetRefused(part)
  },
}

async function waitForStart(observed: Observed): Promise<void> {
  const { loaded, run } = observed.machine
  const outcome = await awaitStart(loaded)
  const { refuses } = run.begun ?? {}
  // Before its turn ends. A record that says so of what was tried itself was of a hook that died on the way back.
  if (outcome === 'serves' && refuses && !goesBack(run.begun)) await tellRefusals(observed, refuses)
  return endTurn(observed, waitUnlessOver(outcome, run.begun?.at ?? observed.now))
}

async function settleIn({ unit }: Observed, start: boolean): Promise<void> {
  const workload = await findWorkload()
  await occupy(workload.paths.state, unit)
  await defineService(workload, undefined, { start })
}
