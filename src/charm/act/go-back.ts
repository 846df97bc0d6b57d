// A start with something new came to nothing: etcd goes back to all that it last served with, and what was new is not tried again
// until something else is asked for. Where the machine failed it, nothing new is to blame, and the same is tried again some minutes later.

import { gravestWords, machineLack } from '../../etcd/judge-log.ts'
import { startService, stopService, whyKilled } from '../../machine/service.ts'
import { readySwitch, switchToPrevious } from '../../machine/switch-release.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import type { Observed, Refused, RunSeen } from '../observed.ts'
import type { Step } from '../step.ts'
import { readEnding } from '../observe/read-ending.ts'
import { restoreProven } from './proven-files.ts'
import { tellRefusals } from './refusal-notes.ts'
import { awaitStart, beginStart, type Outcome } from './run-service.ts'
import { forgetBegun, noteBegun } from './start-record.ts'

type Back = Extract<Step, { kind: 'service/go-back' }>

export async function goBack(observed: Observed, step: Back): Promise<Outcome> {
  const { machine, now } = observed
  const workload = await findWorkload()
  const { lockedOut } = machine.run.begun ?? {}
  const { log, verdict } = await readEnding(workload)
  // Not what was new is at fault then, and the next look tells what to do about it.
  if (lockedOut === undefined && verdict) {
    await forgetBegun(workload)
    return 'ended'
  }
  const { ofMachine, words } = await findFault(workload, machine.run, log)
  const refuses: Refused = { [step.part]: step.value, words, at: now, ofMachine }
  // On record before etcd is stopped: whoever dies on the way back goes on with it.
  if (machine.run.begun) await noteBegun(workload, { ...machine.run.begun, refuses })
  await stopService(workload.service)
  if (step.part === 'release') {
    await readySwitch(workload)
    await switchToPrevious(workload)
  }
  // After the switch: each revision of the snap has a configuration of its own.
  await restoreProven(workload)
  await beginStart(workload, step.to, now, { refuses })
  await startService(workload.service)
  const outcome = await awaitStart(machine.loaded)
  if (outcome === 'serves') await tellRefusals(observed, refuses)
  return outcome
}

/** What ended a start: what was new in it, or the machine. */
export async function findFault(
  { service }: Workload,
  { begun }: RunSeen,
  log: string,
): Promise<Required<Pick<Refused, 'ofMachine' | 'words'>>> {
  if (begun?.lockedOut !== undefined) return { ofMachine: undefined, words: begun.lockedOut }
  const lack = (await whyKilled(service)) ?? machineLack(log)
  return lack === undefined
    ? { ofMachine: undefined, words: gravestWords(log) }
    : { ofMachine: true, words: lack }
}
