// What the cluster lacks, for `juju status`; the leader's to tell.

import type { MemberSeen, Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { memberOf, membersOf, peerUrlOf, quorumOf, votersOf } from './members.ts'

/** Units whose member was added and has not started: those are known by their addresses alone. */
export function unstartedUnits(observed: Observed): readonly string[] {
  const nameless = (membersOf(observed) ?? []).filter(({ name }) => name === '')
  return [...(observed.peers?.units ?? [])].flatMap(
    ([
      unit,
      {
        databag: { addresses },
      },
    ]) =>
      addresses && nameless.some(({ peerUrls }) => peerUrls.includes(peerUrlOf(addresses))) ? [unit] : [],
  )
}

/** The leader's to tell: it holds up who joins after it. */
export function unstartedConditions(observed: Observed): readonly Condition[] {
  if (!observed.leader) return []
  return unstartedUnits(observed).map((unit) => ({
    status: 'active',
    message: `${unit} was added as a member and has not started; see its status`,
    scope: 'application',
  }))
}

/** What the cluster lacks; the leader's to tell. */
export function clusterConditions(observed: Observed): readonly Condition[] {
  const members = membersOf(observed)
  if (!observed.leader || !members) return []
  const voters = votersOf(members)
  const answering = voters.filter((member) => member.responds).length
  if (answering === voters.length) return []
  const spare = answering - quorumOf(voters.length)
  const tolerates = spare > 0 ? `tolerates ${spare} more to fail` : 'tolerates no further failure'
  const silent = voters.filter((member) => !member.responds)
  const away = silent.map(({ name }) => name)
  const going = goingAway(silent, observed)
  const rest = { scope: 'application', stake: 'cluster' } as const
  if (going.length > 0) {
    const message = `${answering} of ${voters.length} members healthy, ${tolerates}; if the machine of ${going.join(', ')} is gone: juju remove-unit --force`
    return [{ status: 'active', message, ...rest }]
  }
  const message = `${answering} of ${voters.length} members healthy, ${tolerates}; look after ${away.join(', ')}`
  return [{ status: 'active', message, ...rest }]
}

/** Who is being removed and does not answer has run no last hook, and may never: its machine may be gone. */
function goingAway(away: readonly MemberSeen[], { expectedUnits, peers }: Observed): readonly string[] {
  return [...(peers?.units.keys() ?? [])].filter(
    (unit) => expectedUnits?.has(unit) === false && memberOf(away, unit),
  )
}
