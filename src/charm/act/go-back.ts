// A start with something new came to nothing: etcd goes back to all that it last served with, and what was new is not tried again
// until something else is asked for.

import { gravestWords } from '../../etcd/judge-log.ts'
import { startService, stopService } from '../../machine/service.ts'
import { readySwitch, switchToPrevious } from '../../machine/switch-release.ts'
import { findWorkload } from '../../machine/workload.ts'
import type { Observed } from '../observed.ts'
import type { Step } from '../step.ts'
import { readEnding } from '../observe/read-ending.ts'
import { restoreProven } from './proven-files.ts'
import { tellRefusal } from './refusal-notes.ts'
import { awaitStart, beginStart, type Outcome } from './run-service.ts'
import { forgetBegun, noteRefused } from './start-record.ts'

export async function goBack(
  observed: Observed,
  { to, part, value }: Extract<Step, { kind: 'service/go-back' }>,
): Promise<Outcome> {
  const { machine, now } = observed
  const workload = await findWorkload()
  const { lockedOut } = machine.run.begun ?? {}
  const { log, verdict } = await readEnding(workload)
  // Not what was new is at fault then, and the next look tells what to do about it.
  if (lockedOut === undefined && verdict) {
    await forgetBegun(workload)
    return 'ended'
  }
  await noteRefused(workload, { [part]: value, words: lockedOut ?? gravestWords(log), at: now })
  await stopService(workload.service)
  if (part === 'release') {
    await readySwitch(workload)
    await switchToPrevious(workload)
  }
  // After the switch: each revision of the snap has a configuration of its own.
  await restoreProven(workload)
  await beginStart(workload, to, now)
  await startService(workload.service)
  const outcome = await awaitStart(machine.loaded)
  await tellRefusal(observed, part, value)
  return outcome
}
