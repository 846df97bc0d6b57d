// What one hook saw of issuers of the operator's, and what lies on this unit's disk of what it asked them for.

import type { IssuerRole } from '../../../interfaces/issuers.ts'
import type { TlsAnswers } from '../../../interfaces/tls-certificates.ts'

/** By role; `undefined` as a whole where this hook had no reason to look. */
export type IssuersSeen = Readonly<Record<IssuerRole, IssuerSeen>>

export type IssuerSeen =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'related'
      readonly relation: number
      readonly application: string
      /** PEM, as they stand in this unit's databag. */
      readonly asked: readonly string[]
      readonly answers: TlsAnswers
      /** More than one relation, of which this is the first. */
      readonly several: boolean
      /** Roots that etcd could not load, by their own text, and why. */
      readonly unloadable: ReadonlyMap<string, string>
      /** Chains for requests of this unit's that Go's TLS does not take, by their own text, and why. */
      readonly untaken: ReadonlyMap<string, string>
    }

/** A request that this unit made, without its key. */
export interface RequestOnDisk {
  /** PEM. */
  readonly request: string
  /** SHA-256 of the public key. */
  readonly publicKey: string
  readonly wish: Wish
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a certificate is asked to be. */
export interface Wish {
  readonly commonName: string
  readonly names: readonly string[]
  readonly key: 'rsa' | 'ecdsa'
}
