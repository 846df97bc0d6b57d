// Digests by which units tell each other which authorities their etcd trusts, and which certificates they have.

import { digest } from './digest.ts'
import type { ByPurpose } from './etcd-peers.ts'

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Each certificate of a bundle, in PEM and without white space around it. */
export function splitBundle(bundle: string): readonly string[] {
  return bundle.match(certificateBlock) ?? []
}

/** Of all that etcd itself trusts peers and clients by, but clients' leaves, in whatever order: a change of it takes a restart. */
export function digestOfAuthorities({ peer, admin }: ByPurpose, clientCas: readonly string[]): string {
  return digest([...splitBundle(peer), ...splitBundle(admin), ...clientCas].sort().join('\n'))
}

export function digestOfCertificates({ peer, server, admin }: ByPurpose): string {
  return digest([peer, server, admin].join('\n'))
}
