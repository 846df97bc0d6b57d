// An address that a machine has beside those of its spaces, of a further interface or not.

export interface AddedAddress {
  readonly address: string
  readonly cidr: string
  readonly device: string
  /** Juju lists it before the machine's own: it sorts them, by rules that are no charm's to know. */
  readonly first: boolean
}
