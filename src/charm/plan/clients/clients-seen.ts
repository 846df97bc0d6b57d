// What one hook saw of the requirers: what the relations that it is about ask for, and what has become of them.

import type { ClientRequest, Protocol } from '../../../interfaces/etcd-client.ts'
import type { OperatorRequest } from '../../../interfaces/operator-client.ts'
import type { Leaf } from '../../../interfaces/ledger.ts'

export interface ClientsSeen {
  /** Relations looked at in this hook. */
  readonly relations: ReadonlyMap<number, RelationSeen>
  /** Relations that have ended. */
  readonly gone: ReadonlySet<number>
  /** Relations of which Juju has no more hooks to run before something changes: who is silent now, stays so. */
  readonly heard: ReadonlySet<number>
  /** A relation that may still ask, in a hook that might otherwise restart etcd for those who did. */
  readonly expected: number | undefined
  /** Number of units of the requirer, for relations whose answer needs new secrets. */
  readonly members: ReadonlyMap<number, number>
  /** Those of the relations looked at whose requirer is in another model. */
  readonly crossModel: ReadonlyMap<number, CrossModelSeen>
  /** Relations with other models that Juju shows no more and that have not ended. */
  readonly suspended: ReadonlySet<number>
  /** Those of them over which Juju shows something granted. */
  readonly granted: ReadonlySet<number>
  /** Relations that Juju refused a write of an earlier hook to: this hook writes nothing to them. */
  readonly refused: ReadonlySet<number>
  /** What Juju holds of what requirers were given, of those relations that this hook compares. */
  readonly given: ReadonlyMap<number, GivenSeen>
}

export interface GivenSeen {
  /** This application's databag of the relation. */
  readonly databag: Readonly<Record<string, string>>
  /** By label; those that are not there are left out. */
  readonly secrets: ReadonlyMap<string, SecretSeen>
}

export interface SecretSeen {
  readonly uri: string
  /** `undefined` where Juju does not tell. */
  readonly granted: boolean | undefined
  /** Of the latest revision, the digest of each key's value; `undefined` where that can't be read. */
  readonly digests: Readonly<Record<string, string>> | undefined
}

export interface CrossModelSeen {
  /** How far the two sides are with the key that the requirer encrypts its certificate with. */
  readonly encryption: 'absent' | 'offered' | 'echoed'
  /** Where it is absent: the relation is alive, so that a secret can be granted over it. */
  readonly grantable: boolean
}

export type RelationSeen =
  | { readonly kind: 'silent'; readonly application: string; readonly protocol: Protocol }
  | {
      readonly kind: 'malformed'
      readonly application: string
      readonly protocol: Protocol
      readonly detail: string
    }
  | {
      readonly kind: 'requests'
      readonly application: string
      readonly protocol: Protocol
      readonly requests: readonly RequestSeen[]
      /** How many more it asks for than one relation may. */
      readonly excess?: number
    }

export interface RequestSeen {
  readonly asked: ClientRequest
  readonly certificate: CertificateOffer
}

export type CertificateOffer =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'unreadable'
      readonly code: string
      readonly detail: string
      readonly secret: string | undefined
    }
  /** It can't be tried on this machine now, which is no fault of the requirer's; `why` is for the operator. */
  | { readonly kind: 'untried'; readonly why: string; readonly secret: string | undefined }
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly secret: string | undefined }
  /** Not an acceptable certificate; `code` is a row of the table in `refusals.ts`. */
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly detail: string
      readonly secret: string | undefined
    }

/** In the place of a certificate that nobody looks at, as the request can't be read. */
export function malformedOffer(detail: string): CertificateOffer {
  return { kind: 'refused', code: 'request-malformed', detail, secret: undefined }
}

/** What an operator asks for by an action about one client. */
export type Order =
  | { readonly kind: 'revoke' | 'allow'; readonly commonName: string }
  | { readonly kind: 'adopt'; readonly name: string }
  | { readonly kind: 'create'; readonly client: OperatorRequest }
