// Waiting with a deadline. Whoever waits says what for, and is told what was seen instead.

import { setTimeout as sleep } from 'node:timers/promises'

export interface Waiting {
  readonly what: string
  readonly deadlineMs: number
  readonly everyMs: number
  /** Where to look when it never comes. */
  readonly hint: string
}

/** `undefined` when it holds, or else what is seen instead. */
export type Probe = () => Promise<string | undefined>

export async function waitFor({ what, deadlineMs, everyMs, hint }: Waiting, probe: Probe): Promise<void> {
  const began = performance.now()
  const until = began + deadlineMs
  for (let told = 0; ; ) {
    const seen = await probe()
    if (seen === undefined) return
    const minutes = Math.floor((performance.now() - began) / 60_000)
    if (minutes > told) console.error(`after ${minutes} min, still waiting for this: ${what}. Now: ${seen}`)
    told = minutes
    if (performance.now() >= until)
      throw new Error(
        `waited ${Math.round(deadlineMs / 1000)} s for this: ${what}. Instead: ${seen}. ${hint}`,
      )
    await sleep(everyMs)
  }
}
