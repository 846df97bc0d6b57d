// What an action says on a unit that does not lead: the command that works, with the application's own name.

import type { Charm } from '../charm.ts'

/** @param parameters as they are typed behind the action's name; without them, those that it was given */
export function onlyOnLeader({ context }: Pick<Charm, 'context'>, parameters?: string): string {
  const { app, hook } = context
  const command = `juju run ${app}/leader ${hook.name}`
  return parameters === undefined
    ? `only the leader may do this; run it there with the same parameters: ${command}`
    : `only the leader may do this; run it there: ${command} ${parameters}`
}
