// What may be done about members, their data, alarms and access control.

import type { Alarm, MemberId } from '../../../etcd/types.ts'
import type { Founding, PeerUnit } from '../../../interfaces/etcd-peers.ts'
import type { Loaded } from '../workload/service-seen.ts'
import type { Claim, Doubt, StorageRecord } from './data-seen.ts'

export type ClusterStep = DataStep | MemberStep | AlarmStep | AuthenticationStep | AuthenticationRecord

export type DataStep =
  | { readonly kind: 'storage/record'; readonly record: StorageRecord }
  | { readonly kind: 'data/set-aside' }
  | { readonly kind: 'data/resume'; readonly loading: Loaded; readonly founding: Resumption }
  | { readonly kind: 'data/claim'; readonly claim: Claim }
  | { readonly kind: 'data/doubt'; readonly doubt: Doubt }

export type MemberStep =
  | { readonly kind: 'member/add'; readonly peerUrls: readonly string[] }
  | { readonly kind: 'member/update'; readonly member: MemberId; readonly peerUrls: readonly string[] }
  | { readonly kind: 'member/promote'; readonly member: MemberId }
  | { readonly kind: 'member/remove'; readonly member: MemberId }

export interface AlarmStep {
  readonly kind: 'alarm/disarm'
  readonly member: Alarm['member']
  readonly alarm: Alarm['kind']
}

export type AuthenticationStep = { readonly kind: 'auth/create-root' } | { readonly kind: 'auth/enable' }

export interface AuthenticationRecord {
  readonly kind: 'auth/record'
  readonly loaded: Loaded
}

export type ClusterWrite =
  | { readonly kind: 'founding/write'; readonly founding: Founding }
  | { readonly kind: 'peer-unit/write'; readonly unit: PeerUnit; readonly renew: boolean }

/** What data becomes when a cluster is founded on it. */
export interface Resumption {
  readonly token: string
  readonly memberName: string
  readonly peerUrl: string
}
