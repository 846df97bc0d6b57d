// What an operator has units do beside their hooks: actions, and commands.

import type { Action } from './action.ts'
import { addAction, addExec, unitNamed } from './operator.ts'
import type { Tables } from './state.ts'

export type Params = Readonly<Record<string, unknown>>

export function openAsks(tables: Tables, settle: () => Promise<unknown>) {
  const askAction = (unit: string, name: string, params: Params = {}): Action =>
    addAction(tables, unitNamed(tables, unit), name, params)
  const askExec = (unit: string, command: string): Action => addExec(tables, unitNamed(tables, unit), command)
  return {
    /** Queues the action, for a story that has the hooks run one by one. */
    askAction,
    /** Queues the action and settles. */
    async runAction(unit: string, name: string, params: Params = {}): Promise<Action> {
      const action = askAction(unit, name, params)
      await settle()
      return action
    },
    askExec,
    /** As `juju exec --unit`: a shell runs the command as a hook would run, after what is due; then settles. */
    async exec(unit: string, command: string): Promise<Action> {
      const action = askExec(unit, command)
      await settle()
      return action
    },
  }
}
