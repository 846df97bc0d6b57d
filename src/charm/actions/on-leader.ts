// What an action says on a unit that does not lead: the command that works, with the application's own name.

import type { Charm } from '../charm.ts'

/** @param parameters as they are typed behind the action's name */
export function onlyOnLeader({ context }: Pick<Charm, 'context'>, parameters = ''): string {
  const { app, hook } = context
  const typed = ['juju', 'run', `${app}/leader`, hook.name, parameters].filter((word) => word !== '')
  return `only the leader may do this; run it on the leader: ${typed.join(' ')}`
}
