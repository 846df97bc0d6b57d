// What the shell works with in one hook. Time, the environment and the deadline come from run.ts and from nowhere else.

import type { HookContext, Juju } from '../juju/index.ts'

export interface Charm {
  readonly context: HookContext
  readonly juju: Juju
  /** The time of this hook, in milliseconds since 1970. */
  readonly now: number
  /** Aborts when the hook has taken as long as one may: Juju has no limit, and a hung hook blocks the machine. */
  readonly deadline: AbortSignal
}

/** What a hook or an action does. */
export type Handler = (charm: Charm) => Promise<void>
