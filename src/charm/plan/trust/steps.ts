// What may be done about whom etcd lets in, beside the truststore, which is one of the files that a start reads.

import type { ClientCas } from '../../../interfaces/etcd-peers.ts'

export interface TrustStep {
  readonly kind: 'revocation/write'
  readonly serials: readonly string[]
}

export interface TrustWrite {
  readonly kind: 'client-cas/write'
  readonly clientCas: Readonly<Record<string, ClientCas>>
}
