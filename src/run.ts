// One hook or action, from Juju's environment to its end. It and main.ts alone touch the environment, the exit code and the clock.

import type { Charm, Handler } from './charm/charm.ts'
import { type Hook, openJuju, readContext } from './juju/index.ts'

/** A hook that waits longer than this goes on in a later one: it holds the lock of the whole machine. */
const longestHook = 120_000

/** One that a human waits for, and that copies databases of gigabytes, may take longer. */
const longestAction = 3_600_000

export async function run(handlerOf: (hook: Hook) => Handler | undefined): Promise<void> {
  const context = readContext(process.env)
  const charm: Charm = {
    context,
    juju: openJuju(process.env),
    now: Date.now(),
    deadline: AbortSignal.timeout(isLong(context.hook) ? longestAction : longestHook),
  }
  // Juju runs dispatch for hooks that this charm has no row for, too: they are none of its business.
  await handlerOf(context.hook)?.(charm)
  await charm.juju.endAttempts()
}

function isLong(hook: Hook): boolean {
  return hook.kind === 'action' && (hook.name === 'restore' || hook.name === 'defragment')
}
