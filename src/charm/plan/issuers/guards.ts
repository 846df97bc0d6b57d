// The rules that no plan about issuers of the operator's may break, by name. They compare what units tell; there are no phases.

import { digestOfCertificates } from '../../../interfaces/authorities-digest.ts'
import type { IssuerRole } from '../../../interfaces/issuers.ts'
import type { Guard } from '../guard.ts'
import { followedBy } from '../certificates/guards.ts'
import type { Observed } from '../../observed.ts'
import { rootsInForce } from './trust.ts'

/** Also of units that are down: they start with what lies on their disk. */
export const everyUnitTrustsTheRoot: Guard<[role: IssuerRole, root: string, observed: Observed]> = {
  name: 'every-unit-trusts-the-root',
  because: 'a member that does not trust the issuer yet would turn the others away',
  holds: (role, root, observed) => unitsWithoutRoot(role, root, observed).length === 0,
}

/** One that has no certificate yet runs nothing, and begins with all that is trusted by then. */
export function unitsWithoutRoot(role: IssuerRole, root: string, observed: Observed): readonly string[] {
  const { peers, unit } = observed
  const units = [...(peers?.units ?? [])].filter(([name]) => peers?.application.certificates.has(name))
  return units.flatMap(([name, { databag }]) => {
    const trusts = name === unit ? rootsInForce(observed, role) : (databag.issuers?.[role]?.trusts ?? [])
    return trusts.includes(root) ? [] : [name]
  })
}

/** Milliseconds for clients' own hooks and programs to take up what they were told. */
export const clientsFollowWithin = 30_000

export const clientsWereTold: Guard<[since: number, pending: boolean, observed: Observed]> = {
  name: 'clients-were-told',
  because: 'a client that does not trust the issuer yet would turn away',
  holds: (since, pending, { now, peers }) => {
    const entries = [...(peers?.ledger.entries.values() ?? [])]
    const served = entries.some(({ entry }) => entry.state === 'accepted' && entry.answeredAs !== undefined)
    // A clock that was ahead when it was noted keeps nobody waiting for longer.
    return !pending && (!served || Math.abs(now - since) >= clientsFollowWithin)
  },
}

/** Whose application bears its own name in every certificate that a peer shows now, or is about to. */
export const peersAreNamed: Guard<[name: string, observed: Observed]> = {
  name: 'peers-are-named',
  because: 'a peer that does not bear the name of the application is let in by none that asks for it',
  holds: (name, observed) =>
    [...(observed.peers?.units ?? [])].every(([unit, { databag, issued }]) => {
      const certificates = observed.peers?.application.certificates.get(unit)
      const told = databag.issuers?.peer
      const own = issued.get('peer')?.names.includes(name) === true
      if (!certificates) return true
      const followed = followedBy(unit, observed).certificates === digestOfCertificates(certificates)
      return own && followed && (!told?.offers || told.named === true)
    }),
}
