// `juju run etcd/leader move-leader unit=etcd/1`: raft leadership goes to the member of a unit, as before work on another's machine.

import * as z from 'zod/mini'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import type { MemberSeen } from '../../observed.ts'
import { memberName, membersOf } from '../../plan/cluster/members.ts'
import { someoneCanLead } from '../../plan/maintenance/guards.ts'
import { carryOutAlone, observe } from '../../reconcile.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'

const parameters = z.object({ unit: z.string().check(z.minLength(1)), ...dryRun })

export async function moveLeader(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  const observed = await observe(charm)
  const members = membersOf(observed) ?? []
  const before = members.find(({ leads }) => leads)
  const heir = members.find(({ name }) => name === memberName(asked.unit))
  const refusal = whyNot(asked.unit, members, heir)
  if (refusal !== undefined || !heir) return juju.actionFail(`refused: ${refusal}`)
  const told = {
    leader: before?.name ?? 'none',
    json: printJsonText({ before: before?.name, after: heir.name }),
  }
  if (heir.leads) return juju.actionSet({ ...told, done: `nothing: ${heir.name} leads already` })
  if (asked['dry-run'])
    return juju.actionSet({ ...told, outcome: `${heir.name} leads in its place`, ...untouched })
  const step = {
    kind: 'leadership/move',
    member: heir.id,
    name: heir.name,
    why: 'the operator asks for it',
  } as const
  const condition = await carryOutAlone(charm, observed, [step])
  if (condition) return juju.actionFail(`it did not move: ${condition.message}; see status, and run it again`)
  await juju.actionSet({ ...told, leader: heir.name, done: `${heir.name} leads` })
}

function whyNot(
  unit: string,
  members: readonly MemberSeen[],
  heir: MemberSeen | undefined,
): string | undefined {
  if (members.length === 0) return 'no member answers; see health'
  if (!someoneCanLead.holds(members)) return `${someoneCanLead.because}; see status`
  if (!heir) return `there is no member of ${unit}; status names those that there are`
  if (heir.learner) return `${heir.name} does not vote yet; wait until it has caught up`
  return heir.responds ? undefined : `${heir.name} does not answer; bring it back first`
}
