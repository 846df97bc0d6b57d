// Writes that wait for the commit of a hook.

import { type HookContext, ToolFailure } from './hook-context.ts'

/** What is refused then, 4.0 says what it was about: the operator reads it where an action was refused. */
export function atCommit(context: HookContext, what: string, write: () => void): void {
  context.flush.push(() => {
    try {
      write()
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.tables.profile === '3.6') throw error
      const leads = context.asLeader && /^(?:create|grant) /.test(what) ? 'executing leadership func: ' : ''
      throw new ToolFailure(`${leads}${what}: ${error.message}`)
    }
  })
}
