// A plan is data: what is to be done, in order, and why. Steps act on the machine and on etcd at once; writes go to Juju,
// which commits them when the hook exits 0. So every step may be repeated, and writes come last (design §3).

import type { Options } from '../config.ts'
import type { Alarm, MemberId, Permission } from '../etcd/types.ts'
import type { AnswerParts } from '../interfaces/etcd-client-answer.ts'
import type { ClientCas, Founding, PeerUnit, Purpose, Rotation } from '../interfaces/etcd-peers.ts'
import type { Ledger, RequestKey } from '../interfaces/ledger.ts'
import type { Audited, Claim, FileName, Loaded, StartFile, StartPart, StorageRecord } from './observed.ts'

export type Step = { readonly why: string } & (
  | { readonly kind: 'workload/install'; readonly from: 'snap' | 'archive' }
  /** `start`: what the next start reads, too, since etcd does not run. */
  | { readonly kind: 'service/define'; readonly start: boolean }
  | { readonly kind: 'key/create'; readonly purpose: Purpose }
  | { readonly kind: 'file/write'; readonly file: FileName; readonly content: string }
  | { readonly kind: 'revocation/write'; readonly serials: readonly string[] }
  | ({ readonly kind: 'service/start' } & Start)
  | ({ readonly kind: 'service/restart' } & Start)
  /** Until the start that was begun has come to its end, which is then on record. */
  | { readonly kind: 'service/wait' }
  | { readonly kind: 'service/wait-for-quorum' }
  | { readonly kind: 'service/yield'; readonly to: string }
  | {
      readonly kind: 'service/go-back'
      readonly to: Loaded
      readonly part: StartPart
      readonly value: string
    }
  | { readonly kind: 'refusal/forget'; readonly part: StartPart }
  | { readonly kind: 'service/stop' }
  | { readonly kind: 'service/readmit' }
  | { readonly kind: 'storage/record'; readonly record: StorageRecord }
  | { readonly kind: 'data/set-aside' }
  | { readonly kind: 'data/resume'; readonly loading: Loaded; readonly founding: Resumption }
  | { readonly kind: 'data/claim'; readonly claim: Claim }
  | { readonly kind: 'member/add'; readonly peerUrls: readonly string[] }
  | { readonly kind: 'member/update'; readonly member: MemberId; readonly peerUrls: readonly string[] }
  | { readonly kind: 'member/promote'; readonly member: MemberId }
  | { readonly kind: 'member/remove'; readonly member: MemberId }
  | { readonly kind: 'alarm/disarm'; readonly member: MemberId; readonly alarm: Alarm['kind'] }
  | { readonly kind: 'auth/create-root' }
  | { readonly kind: 'auth/enable' }
  | { readonly kind: 'auth/record'; readonly loaded: Loaded }
  | { readonly kind: 'access/record'; readonly audited: Audited }
  | { readonly kind: 'user/create'; readonly user: string }
  | { readonly kind: 'user/delete'; readonly user: string }
  | { readonly kind: 'role/create'; readonly role: string }
  | { readonly kind: 'role/delete'; readonly role: string }
  | { readonly kind: 'role/grant'; readonly user: string; readonly role: string }
  | { readonly kind: 'role/revoke'; readonly user: string; readonly role: string }
  | { readonly kind: 'permission/grant'; readonly role: string; readonly permission: Permission }
  | { readonly kind: 'permission/revoke'; readonly role: string; readonly permission: Permission }
)

/** A start of etcd, and what is put in its place right before it: nothing that a start reads changes while etcd runs. */
export interface Start {
  readonly loading: Loaded
  readonly files: Readonly<Partial<Record<StartFile, string>>>
  /** To the release that lies ready. */
  readonly switches: boolean
}

/** What data becomes when a cluster is founded on it. */
export interface Resumption {
  readonly token: string
  readonly memberName: string
  readonly peerUrl: string
}
/** The last one leaves the old authorities behind. */
export type RotationStep = Rotation | 'finish'

export type Write = { readonly why: string } & (
  | { readonly kind: 'founding/write'; readonly founding: Founding }
  /** `restore`: there were some, which only the secret can give back. */
  | { readonly kind: 'authorities/create'; readonly restore: boolean }
  | { readonly kind: 'client-cas/write'; readonly clientCas: Readonly<Record<string, ClientCas>> }
  | { readonly kind: 'authorities/rotate'; readonly to: RotationStep }
  | { readonly kind: 'options/write'; readonly options: Options }
  | { readonly kind: 'certificates/sign'; readonly unit: string; readonly names: readonly string[] }
  | { readonly kind: 'peer-unit/write'; readonly unit: PeerUnit; readonly renew: boolean }
  | { readonly kind: 'encryption/offer'; readonly relation: number }
  | { readonly kind: 'secrets/grant'; readonly relation: number; readonly labels: readonly string[] }
  | { readonly kind: 'answer/publish'; readonly answer: AnswerToPublish }
  | { readonly kind: 'ledger/write'; readonly ledger: Ledger }
  | { readonly kind: 'secrets/collect'; readonly requests: readonly RequestKey[] }
  | { readonly kind: 'port/open'; readonly port: string }
  | { readonly kind: 'version/set'; readonly version: string }
)

/** Everything a requirer is told, but for the URIs of the two secrets, which are known once they are written. */
export interface AnswerToPublish extends Omit<AnswerParts, 'endpoints' | 'responses'> {
  readonly relation: number
  readonly endpoints: readonly string[]
  readonly authority: string
  readonly responses: readonly ResponseToPublish[]
}

export interface ResponseToPublish {
  readonly request: string
  readonly echo: Readonly<Record<string, unknown>>
  /** `undefined`: it was answered before and is between two users; its secret stays as it is. */
  readonly username: string | undefined
}

export interface Plan {
  readonly steps: readonly Step[]
  readonly writes: readonly Write[]
  readonly conditions: readonly Condition[]
  /** Relations whose number of units decides what is written to them: to be asked for before the writes are made. */
  readonly toCount: readonly number[]
}

/** The first is worth most. */
export const stakes = ['cluster', 'machine', 'clients'] as const
export type Stake = (typeof stakes)[number]

/** Something that is not as it should be, in the words of `juju status`: what is missing; what to do. */
export interface Condition {
  /** `active` is a warning: it is told where nothing worse is. */
  readonly status: 'blocked' | 'waiting' | 'maintenance' | 'active'
  readonly message: string
  /** What is lost by it, at worst; where it is not said, this unit's machine, or the clients of the application. */
  readonly stake?: Stake
  /** Conditions of the application (a client's, say) are the leader's to tell; the others are this unit's. */
  readonly scope: 'unit' | 'application'
}

/** One line for the log and for the action `plan`. Nothing in a step is secret. */
export function describeStep(step: Step | Write): string {
  const words = Object.entries(step).flatMap(([name, value]) =>
    name !== 'kind' && name !== 'why' && name !== 'content' && typeof value === 'string' ? [value] : [],
  )
  return `${[step.kind, ...words].join(' ')}: ${step.why}`
}
