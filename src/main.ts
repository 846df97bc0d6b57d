// The process: one hook or action. Actions are a bundle of their own, so that no hook takes the time to load what they alone need.

import { hookHandler } from './hooks.ts'
import { readContext } from './juju/index.ts'
import { run } from './run.ts'

async function main(): Promise<void> {
  if (readContext(process.env).hook.kind !== 'action') return run(hookHandler)
  const { runAction } = await import('./actions.ts')
  return runAction()
}

// gRPC keeps sockets open for a while, and a hook is over when its work is: so the exit is explicit.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
