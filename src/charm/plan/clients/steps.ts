// What may be done about clients: their access in etcd, and what they are told.

import type { Permission } from '../../../etcd/types.ts'
import type { AnswerParts } from '../../../interfaces/etcd-client-answer.ts'
import type { Ledger, RequestKey } from '../../../interfaces/ledger.ts'
import type { Audited } from './access-seen.ts'

export type ClientStep = AccessStep | AuditRecord

export type AccessStep =
  | { readonly kind: 'user/create'; readonly user: string }
  | { readonly kind: 'user/delete'; readonly user: string }
  | { readonly kind: 'role/create'; readonly role: string }
  | { readonly kind: 'role/delete'; readonly role: string }
  | { readonly kind: 'role/grant'; readonly user: string; readonly role: string }
  | { readonly kind: 'role/revoke'; readonly user: string; readonly role: string }
  | { readonly kind: 'permission/grant'; readonly role: string; readonly permission: Permission }
  | { readonly kind: 'permission/revoke'; readonly role: string; readonly permission: Permission }

export interface AuditRecord {
  readonly kind: 'access/record'
  readonly audited: Audited
}

export type ClientWrite =
  | { readonly kind: 'encryption/offer'; readonly relation: number }
  | { readonly kind: 'secrets/grant'; readonly relation: number; readonly labels: readonly string[] }
  | { readonly kind: 'answer/publish'; readonly answer: AnswerToPublish }
  | { readonly kind: 'ledger/write'; readonly ledger: Ledger }
  | {
      readonly kind: 'secrets/collect'
      readonly requests: readonly RequestKey[]
      /** Relations of which the key goes, too, that their requirers encrypted by. */
      readonly ended: readonly number[]
    }

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
