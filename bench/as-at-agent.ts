// What hook tools cost at a real agent: milliseconds, their process included, as measured on Juju 4.0.14 with three units and nine clients,
// the controller on the same two cores. The agent runs one after the other, however many a charm starts at once.

import { setTimeout as sleep } from 'node:timers/promises'

const usualMs = 8
const costs: Readonly<Record<string, number>> = {
  'relation-get': 15,
  'secret-info-get': 14,
  'network-get': 18,
  'secret-get': 55,
  'goal-state': 110,
  // It reads the whole tarball of 43 MB.
  'resource-get': 215,
}

/** @param processMs what starting a tool's process takes here */
export function asAtAgent(processMs: number): (tool: string) => Promise<void> {
  let free = 0
  return async (tool) => {
    const now = performance.now()
    free = Math.max(now, free) + Math.max(0, (costs[tool] ?? usualMs) - processMs)
    await sleep(free - now)
  }
}
