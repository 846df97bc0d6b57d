// In a roll the raft leader goes last, and hands over to a member that has been restarted already: each time that leadership moves, every
// lease gets its full time again. So it moves once in a roll, and not up to three times (docs/adr/0015).

import { shortFingerprint } from '../../../interfaces/ledger.ts'
import type { Loaded, MemberSeen, Observed } from '../../observed.ts'
import { memberName, memberOf, membersOf, votersOf } from './members.ts'
import { partsOf } from '../workload/next-start.ts'

/** Names of the members that run with what this one runs with now: what it is to be restarted for, they are to be, too. */
export function dueLikeThis(
  { machine, peers, unit }: Observed,
  loading: Loaded,
  members: readonly MemberSeen[],
): readonly string[] {
  const { loaded } = machine
  if (!loaded || isOwnAffair(loaded, loading)) return []
  const trusts = loaded.leaves.map(shortFingerprint).toSorted().join()
  const due = [...(peers?.units ?? [])].flatMap(([name, { databag }]) => {
    const { authorities, settings, version } = databag
    const same =
      version === loaded.version &&
      settings === loaded.settings &&
      authorities === loaded.authorities &&
      (databag.trusts ?? []).toSorted().join() === trusts
    return name !== unit && same ? [memberName(name)] : []
  })
  const voters = votersOf(members).filter((member) => member.responds)
  return due.filter((name) => voters.some((member) => member.name === name))
}

function isOwnAffair(loaded: Loaded, loading: Loaded): boolean {
  const [before, after] = [partsOf(loaded), partsOf(loading)]
  return (
    loaded.version === loading.version &&
    before.release === after.release &&
    before.settings === after.settings &&
    before.trust === after.trust
  )
}

/** For whom it waits while it leads; each tells by its databag when it has been restarted. Not for ever: then leadership moves once more. */
export function goesAfter(observed: Observed, loading: Loaded): readonly string[] {
  const members = membersOf(observed) ?? []
  if (observed.insists || !memberOf(members, observed.unit)?.leads) return []
  return dueLikeThis(observed, loading, members)
}
