// Everything a charm can ask of Juju in one hook.

import { type Actions, openActions } from './action.ts'
import { type Attempts, openAttempts } from './attempt.ts'
import type { Environment } from './context.ts'
import { type HookTools, openHookTools } from './hook-tool.ts'
import { type Log, openLog } from './log.ts'
import { openRelations, type Relations } from './relation.ts'
import { openSecrets, type Secrets } from './secret.ts'
import { openStatuses, type Statuses } from './status.ts'
import { openUnit, type Unit } from './unit.ts'

export interface Juju extends Relations, Secrets, Statuses, Unit, Actions, Attempts, Log {
  readonly tools: HookTools
}

/** @example if (await openJuju(process.env).isLeader()) … */
export function openJuju(env: Environment): Juju {
  const tools = openHookTools(env)
  return {
    tools,
    ...openRelations(tools, env),
    ...openSecrets(tools, env.JUJU_MODEL_UUID ?? '', env.JUJU_CHARM_DIR ?? '.'),
    ...openStatuses(tools, env.JUJU_UNIT_NAME ?? ''),
    ...openUnit(tools),
    ...openActions(tools),
    ...openAttempts(tools, env),
    ...openLog(tools),
  }
}
