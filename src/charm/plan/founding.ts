// Who founds the cluster, and when. It is born once, with one voter, on the leader; a founder that is gone before that is
// replaced, and so is a cluster of which no unit is left that ever was a member (scale to zero and back).

import type { Founding } from '../../interfaces/etcd-peers.ts'
import type { Observed, PeersSeen } from '../observed.ts'
import type { Write } from '../step.ts'
import { membersOf } from './members.ts'

/** The leader's. */
export function planFounding(observed: Observed, peers: PeersSeen): readonly Write[] {
  const { founding } = peers.application
  if (!founding || isOrphaned(observed, peers, founding)) {
    const founder = { founder: observed.unit, token: `${observed.modelUuid}-${observed.application}` }
    return [{ kind: 'founding/write', founding: founder, why: 'a cluster is born on the leader' }]
  }
  if (founding.born || !membersOf(observed)?.some((member) => member.name !== '' && member.responds))
    return []
  return [{ kind: 'founding/write', founding: { ...founding, born: true }, why: 'its first member serves' }]
}

/** Strictly: two clusters for one application would be worse than none. All units must be in sight, none with data but us. */
function isOrphaned(observed: Observed, { units }: PeersSeen, { founder }: Founding): boolean {
  const { expectedUnits, unit, machine } = observed
  if (!expectedUnits || expectedUnits.has(founder) || units.has(founder)) return false
  const others = [...expectedUnits].filter((name) => name !== unit)
  return machine.workload !== undefined && others.every((name) => units.get(name)?.databag.data === false)
}
