// Does the steps of a plan, in order, each logged before it is done. Every step may be repeated: what exists is not created
// again, what is gone is not deleted again. The first failure stops; what it means is in `outcome.ts`.

import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { describeStep, type Step } from '../step.ts'
import { actOnAccess } from './act-on-access.ts'
import { install } from './install.ts'
import { recordLoaded, runService } from './run-service.ts'
import { createKey, writeFile, writeRevocationList } from './write-files.ts'

export async function act(charm: Charm, observed: Observed, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (charm.deadline.aborted) throw new Waiting('this hook took too long; the next one goes on')
    await charm.juju.log('INFO', describeStep(step))
    await doStep(charm, observed, step)
  }
}

async function doStep(charm: Charm, observed: Observed, step: Step): Promise<void> {
  switch (step.kind) {
    case 'workload/install':
      return install(charm, observed, step.from)
    case 'key/create':
      return createKey(step.purpose)
    case 'file/write':
      return writeFile(step.file, step.content)
    case 'revocation/write':
      return writeRevocationList(step.serials, charm.now)
    case 'service/start':
    case 'service/restart':
      return runService(step)
    case 'auth/record':
      return recordLoaded(step.loaded)
    default:
      return actOnAccess(observed, step)
  }
}
