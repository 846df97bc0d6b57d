// What one hook saw of etcd while it was up, or why it was not.

import type { Alarm, Member, MemberStatus } from '../../../etcd/types.ts'
import type { AccessInEtcd } from '../clients/access-seen.ts'
import type { LockedOut } from '../trust/trust-seen.ts'

export type EtcdSeen =
  | { readonly kind: 'unasked' }
  | {
      readonly kind: 'down'
      readonly why: string
      /** As a member that has no quorum knows them; `undefined` where none answers, or this hook did not ask. */
      readonly standing: readonly MemberSeen[] | undefined
      /** This unit's own member has a quorum by its own word, and takes no requests of the administrator: its certificate has ended, say. */
      readonly serves?: boolean
      readonly lockedOut?: LockedOut
    }
  | ({
      readonly kind: 'up'
      /** This unit's own member answers; otherwise only others do. */
      readonly here: boolean
      readonly lockedOut?: LockedOut
    } & MembersInEtcd &
      AccessInEtcd)

export interface MembersInEtcd {
  /** `undefined` where this hook had no reason to ask. */
  readonly members: readonly MemberSeen[] | undefined
  /** The unit whose turn it is to restart; asked only where a member does not answer. */
  readonly restarting?: string | undefined
  /** Only where this hook looked at the members. */
  readonly alarms?: readonly Alarm[]
  /** What the leader finds by comparing all members while etcd has an alarm that data differs and names no member. */
  readonly compared?: DataVerdict | undefined
  /** The line that all members have agreed on, as 3.5.0; asked only where another release lies ready. */
  readonly clusterVersion?: string | undefined
  /** Asked with it: what a member must not be switched under. */
  readonly work?: WorkInEtcd | undefined
  readonly translated?: Translated | undefined
  /** In this very hook a member was defragmented. */
  readonly defragmented?: boolean
}

/** `incomplete`: not all members could be compared, and those that were do not differ. */
export type DataVerdict = 'same' | 'different' | 'incomplete'

/** By the lock that it keeps in etcd as long as it goes on. */
export interface WorkInEtcd {
  readonly kind: 'backup' | 'restore'
  /** The unit that does it. */
  readonly by: string
}

export interface MemberSeen extends Member {
  /** It answered just now. */
  readonly responds: boolean
  /** Of raft. */
  readonly leads: boolean
  /** What it said of itself, if it answered. */
  readonly status?: MemberStatus
}

/** Looked for only where a member is not there as it should be: who comes to whom from an address that its certificate does not name. */
export interface Translated {
  /** Peer URLs of members that close this unit's connections. */
  readonly closing: readonly string[]
  /** Addresses from which this unit's own member rejects its peers. */
  readonly rejected: readonly string[]
}
