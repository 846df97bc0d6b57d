// The rules that no refresh may break, by name. etcd itself lacks most of them: it starts with a snapshot of a later line, and a member
// can be restarted into a release that it can't run.

import type { Alarm } from '../../../etcd/types.ts'
import { typed } from '../../../juju/index.ts'
import type { MemberSeen } from '../../observed.ts'
import { compareVersions, isMinorUp, lineOf, minorOf } from './versions.ts'
import type { Guard } from '../guard.ts'

/** From one release to another, and what the cluster is like. */
export interface Change {
  readonly from: string
  readonly to: string
  /** The lowest line that all members agreed on, as etcd tells it; `undefined` where it could not be asked. */
  readonly cluster: string | undefined
  readonly members: readonly MemberSeen[]
  readonly alarms: readonly Alarm[]
  readonly hasV2Content: boolean
  readonly rollback: boolean
}

export interface RefreshGuard extends Guard<[change: Change]> {
  readonly remedy: (change: Change) => string
}

/** Lines that this charm writes configuration for, and the first patch that is safe to leave for the next line. */
const lines: ReadonlyMap<number, number> = new Map([
  [5, 26],
  [6, 0],
])

function versionsOf({ members, from }: Change): readonly string[] {
  return [from, ...members.flatMap(({ status }) => status?.version ?? [])]
}

function lowest(change: Change): string {
  return versionsOf(change).toSorted(compareVersions)[0] ?? change.from
}

const goesUp = (change: Change): boolean => isMinorUp(lowest(change), change.to)

export const versionIsKnown: RefreshGuard = {
  name: 'version-is-known',
  because: 'this revision of the charm was not made for that line of etcd',
  holds: ({ to }) => lines.has(minorOf(to)),
  remedy: () => 'refresh to a revision that was, or give it etcd 3.5 or 3.6',
}

export const oneMinorAtATime: RefreshGuard = {
  name: 'one-minor-at-a-time',
  because: 'etcd goes from one line to the next, and skips none',
  holds: (change) => minorOf(change.to) <= minorOf(lowest(change)) + 1,
  remedy: (change) => `go to 3.${minorOf(lowest(change)) + 1} first`,
}

export const leavesASafePatch: RefreshGuard = {
  name: 'leaves-a-safe-patch',
  because: 'members that it promoted fall back to learners in the next line',
  holds: (change) =>
    !goesUp(change) ||
    versionsOf(change).every(
      (version) =>
        !isMinorUp(version, change.to) ||
        compareVersions(version, `${lineOf(version)}.${lines.get(minorOf(version)) ?? 0}`) >= 0,
    ),
  remedy: (change) =>
    `refresh to ${lineOf(lowest(change))}.${lines.get(minorOf(lowest(change))) ?? 0} or newer first`,
}

export const allMembersVote: RefreshGuard = {
  name: 'all-members-vote',
  because: 'a learner is on its way in',
  holds: (change) => !goesUp(change) || change.members.every(({ learner }) => !learner),
  remedy: () => 'wait until it votes, or remove its unit',
}

export const noAlarmIsRaised: RefreshGuard = {
  name: 'no-alarm-is-raised',
  because: 'a member has raised an alarm',
  holds: (change) => !goesUp(change) || change.alarms.length === 0,
  remedy: () => 'see the action health, and mend what it names',
}

export const noV2ContentIsKept: RefreshGuard = {
  name: 'no-v2-content-is-kept',
  because: 'its data or log holds requests of the v2 API, and etcd 3.6 would not start',
  holds: (change) => !goesUp(change) || !change.hasV2Content,
  // A member forgets what its log holds with its next snapshot; etcd's restore begins with an empty v2 store.
  remedy: () =>
    'set snapshot-count=100 until each member wrote a snapshot; keys of the v2 API go where a backup is restored',
}

export const notBelowTheCluster: RefreshGuard = {
  name: 'not-below-the-cluster',
  because: 'all members agreed on a later line, and etcd would not start',
  holds: ({ to, cluster }) => cluster !== undefined && minorOf(to) >= minorOf(cluster),
  remedy: ({ to }) =>
    `run downgrade-cluster ${typed('target', lineOf(to))} confirm=true first, or go back to the later release`,
}

export const lowerPatchIsARollback: RefreshGuard = {
  name: 'lower-patch-is-a-rollback',
  because: 'an older patch brings its faults back, so only a rollback goes there',
  holds: ({ from, to, rollback }) =>
    rollback || minorOf(from) !== minorOf(to) || compareVersions(from, to) <= 0,
  remedy: ({ from }) => `refresh to ${from} or newer`,
}

/** What etcd itself does not start with: no order takes these out of the way. */
export const limits: readonly RefreshGuard[] = [
  versionIsKnown,
  oneMinorAtATime,
  notBelowTheCluster,
  noV2ContentIsKept,
]
/** What an operator may answer for, with force-refresh-start check-compatibility=false. */
export const compatibilities: readonly RefreshGuard[] = [
  leavesASafePatch,
  allMembersVote,
  noAlarmIsRaised,
  lowerPatchIsARollback,
]
