// What one hook saw of the other units of the application, and what their leader has told all of them.

import type { PeerApplication, PeerUnit, Purpose } from '../../../interfaces/etcd-peers.ts'
import type { Ledger } from '../../../interfaces/ledger.ts'
import type { CertificateSeen } from '../certificates/certificate-seen.ts'

export interface PeersSeen {
  readonly relation: number
  readonly application: PeerApplication
  readonly ledger: Ledger
  /** When the first of the authorities expires, in milliseconds since 1970. */
  readonly authoritiesEnd: number | undefined
  /** When the last of them became valid: no clock that is right says less. */
  readonly authoritiesBegin?: number
  /** The keys of the authorities are where they were stored; looked for by the leader in sweeps. */
  readonly keysKept?: boolean
  /** By unit name, this unit among them: those that there are, as far as this unit can know. */
  readonly units: ReadonlyMap<string, PeerSeen>
  /** Units that have certificates in the databag, and that Juju has no more; known where this hook asked for its goal state. */
  readonly gone?: readonly string[]
}

export interface PeerSeen {
  readonly databag: PeerUnit
  /** SHA-256 of the public key of each certificate request. */
  readonly requested: ReadonlyMap<Purpose, string>
  readonly issued: ReadonlyMap<Purpose, CertificateSeen>
}
