// What an action says on a unit that does not lead, or not for long: the command that works, with the application's own name.

import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { whyNoOrderHere } from '../plan/beyond-reading.ts'

/** Why this unit does not do what the leader does for all; `undefined` where it leads, and stays. */
export function whyNotAsLeader(charm: Pick<Charm, 'context'>, observed: Observed): string | undefined {
  return observed.leader ? whyNoOrderHere(observed) : onlyOnLeader(charm)
}

/** @param parameters as they are typed behind the action's name; without them, those that it was given */
export function onlyOnLeader({ context }: Pick<Charm, 'context'>, parameters?: string): string {
  const { app, hook } = context
  const command = `juju run ${app}/leader ${hook.name}`
  return parameters === undefined
    ? `only the leader may do this; run it there with the same parameters: ${command}`
    : `only the leader may do this; run it there: ${command} ${parameters}`
}
