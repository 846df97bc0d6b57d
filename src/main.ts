// The process: one hook or action. The only file that touches the environment, the exit code and the clock.

import type { Charm } from './charm/charm.ts'
import { type ActionName, actions, type Handler, type HookName, hooks } from './hooks.ts'
import { type Hook, openJuju, readContext } from './juju/index.ts'

/** A hook that waits longer than this goes on in a later one: it holds the lock of the whole machine. */
const longestHook = 120_000

/** One that a human waits for, and that copies a database of gigabytes, may take longer. */
const longestAction = 3_600_000

async function main(): Promise<void> {
  const context = readContext(process.env)
  const charm: Charm = {
    context,
    juju: openJuju(process.env),
    now: Date.now(),
    deadline: AbortSignal.timeout(isLong(context.hook) ? longestAction : longestHook),
  }
  const { hook } = context
  const handler = hook.kind === 'action' ? actionFor(hook.name) : hookFor(hook.name)
  // Juju runs dispatch for hooks that this charm has no row for, too: they are none of its business.
  if (handler) await handler(charm)
  await charm.juju.endAttempts()
}

function isLong(hook: Hook): boolean {
  return hook.kind === 'action' && hook.name === 'restore'
}

function hookFor(name: string): Handler | undefined {
  const isHook = (row: string): row is HookName => Object.hasOwn(hooks, row)
  return isHook(name) ? hooks[name] : undefined
}

function actionFor(name: string): Handler | undefined {
  const isAction = (row: string): row is ActionName => Object.hasOwn(actions, row)
  return isAction(name) ? actions[name] : undefined
}

// gRPC keeps sockets open for a while, and a hook is over when its work is: so the exit is explicit.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
