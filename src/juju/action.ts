// Actions: what a human asked for and is told.

import type { HookTools } from './hook-tool.ts'

/** Keys are lower-case letters, digits and dashes; nested results get dotted keys. */
export interface ActionResults {
  readonly [key: string]: string | ActionResults
}

export interface Actions {
  actionSet(results: ActionResults): Promise<void>
  /** Marks the action as failed; what it wrote is committed all the same when it exits 0. */
  actionFail(message: string): Promise<void>
  actionLog(message: string): Promise<void>
}

/** @example await openActions(tools).actionSet({ healthy: 'true' }) */
export function openActions(tools: HookTools): Actions {
  return {
    async actionSet(results) {
      const pairs = flatten(results).map(([key, value]) => `${key}=${value}`)
      if (pairs.length > 0) await tools.run('action-set', pairs)
    },
    async actionFail(message) {
      await tools.run('action-fail', [message])
    },
    async actionLog(message) {
      await tools.run('action-log', [message])
    },
  }
}

function flatten(results: ActionResults, above = ''): readonly (readonly [string, string])[] {
  return Object.entries(results).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${above}${key}`, value] as const] : flatten(value, `${above}${key}.`),
  )
}
