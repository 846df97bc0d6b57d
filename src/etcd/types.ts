// etcd's own nouns, as plain data. Keys and ends of ranges are bytes: they are kept as latin-1 text, one character a byte,
// so that a range end that is no UTF-8 compares exactly.

/** How a client proves who it is: PEM texts. The common name of `certificate` is the etcd user. */
export interface Credentials {
  readonly ca: string
  readonly certificate: string
  readonly privateKey: string
}

export interface KeyRange {
  readonly key: string
  /** First key past the range; empty for the one key, NUL for all keys from `key` on. */
  readonly rangeEnd: string
}

export interface Permission extends KeyRange {
  readonly type: 'Read' | 'Write' | 'Readwrite'
}

export interface User {
  readonly name: string
  /** Sorted. */
  readonly roles: readonly string[]
}

export interface Role {
  readonly name: string
  readonly permissions: readonly Permission[]
}

/** What access control holds for one name; `undefined` where there is no such user or role. */
export interface AccessReading {
  readonly user: User | undefined
  readonly role: Role | undefined
}

export interface Access {
  readonly enabled: boolean
  readonly users: readonly User[]
  readonly roles: readonly Role[]
}

/** A member's id in decimal digits, as etcd's API speaks it; etcdctl prints the same number in hexadecimal ones. */
export type MemberId = string & { readonly [memberIdBrand]: true }
declare const memberIdBrand: unique symbol

export function isMemberId(text: string): text is MemberId {
  return /^[1-9][0-9]{0,19}$/.test(text)
}

export interface Member {
  readonly id: MemberId
  /** Empty until the member has started for the first time. */
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly learner: boolean
}

/** In the order in which people list them: etcd-2 before etcd-10. Ids, which are random, decide between members without a name. */
export function sortMembers(members: readonly Member[]): readonly Member[] {
  return members.toSorted((a, b) => compareNames(a.name, b.name) || compareNames(a.id, b.id))
}

/**
 * Of one application's members or units, which differ in their number alone: the longer one has the greater number. A collator that knows of numbers
 * would take each hook 10 ms to load.
 */
export function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : Number(a > b)
}

export interface MemberStatus {
  readonly id: MemberId
  readonly version: string
  /** `undefined` while there is no leader. */
  readonly leader: MemberId | undefined
  readonly learner: boolean
  /** Bytes that the database file takes. */
  readonly dbSize: bigint
  /** Of them, bytes that hold something; the rest are pages that are free since keys were compacted. */
  readonly dbSizeInUse: bigint
  /** Of the key-value store, as far as this member has applied it. */
  readonly revision: bigint
  readonly raftIndex: bigint
  readonly raftTerm: bigint
  /** What the member itself complains of, alarms among them. */
  readonly errors: readonly string[]
}

/** How far a member's raft log goes: the highest index of its data that it knows to be committed. */
export interface RaftPosition {
  readonly member: MemberId
  readonly term: bigint
  readonly index: bigint
}

/** In place of a member's id. */
export const wholeCluster = '0'

export interface Alarm {
  /** etcd raises an alarm against the whole cluster where data differs and no majority tells whose; and a client may raise any so. */
  readonly member: MemberId | typeof wholeCluster
  readonly kind: 'no-space' | 'corrupt'
}
