// A certificate that the leader issued for a unit.

export interface CertificateSeen {
  /** SHA-256 of the public key. */
  readonly publicKey: string
  /** Hexadecimal digits. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** Signed by the authority that signs now, and not by one that goes. */
  readonly current: boolean
  /** Addresses and host names that it is good for, sorted. */
  readonly names: readonly string[]
}
