// What may be done about issuers of the operator's.

import type { IssuerRole, IssuersOfApplication } from '../../../interfaces/issuers.ts'
import type { Wish } from './issuers-seen.ts'

/** A key, and a request for it: on disk before anybody is asked. */
export interface IssuerStep {
  readonly kind: 'request/create'
  readonly role: IssuerRole
  readonly wish: Wish
}

export type IssuerWrite =
  | { readonly kind: 'issuer/ask'; readonly relation: number; readonly requests: readonly string[] }
  /** The leader's: whom all are to trust. */
  | { readonly kind: 'issuers/write'; readonly issuers: IssuersOfApplication }
