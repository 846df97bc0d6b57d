// Starts or restarts etcd and waits until it says that it is healthy; then, and only then, notes what it was started with.

import { readHealth } from '../../etcd/health.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { restartService, serviceLogTail, startService } from '../../machine/service.ts'
import { lookUpUser } from '../../machine/user.ts'
import { loadedPath } from '../layout.ts'
import { findWorkload } from '../observe-machine.ts'
import type { Loaded } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { metricsUrl } from '../plan/configuration.ts'
import type { Step } from '../step.ts'

const healthyWithin = 30_000

export async function runService(
  step: Extract<Step, { kind: 'service/start' | 'service/restart' }>,
): Promise<void> {
  const workload = await findWorkload()
  const owner = await lookUpUser(workload.user)
  await makeDirectory(workload.paths.data, { mode: 0o700, ...(owner && { owner }) })
  if (step.kind === 'service/start') await startService(workload.service)
  else await restartService(workload.service)
  await waitUntilHealthy(workload.service)
  await recordLoaded(step.loading)
}

async function waitUntilHealthy(service: string): Promise<void> {
  const until = performance.now() + healthyWithin
  for (;;) {
    const health = await readHealth(metricsUrl)
    if (health.healthy) return
    if (performance.now() > until) {
      const tail = await serviceLogTail(service)
      throw new Waiting(
        `etcd is not healthy ${healthyWithin / 1000} s after its start: ${health.reason}${tail && `; ${tail}`}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Written after the start: a crash in between costs one restart more, never one too few. */
export async function recordLoaded(loaded: Loaded): Promise<void> {
  const workload = await findWorkload()
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(loadedPath(workload), printJsonText(loaded), { mode: 0o600 })
}
