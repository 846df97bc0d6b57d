// The rules that no plan about the units' certificates and their authorities may break, by name.

import { digestOfAuthorities, digestOfCertificates } from '../../../interfaces/authorities-digest.ts'
import { clientCasOf, type PeerUnit, purposes } from '../../../interfaces/etcd-peers.ts'
import type { Guard } from '../guard.ts'
import type { Observed } from '../../observed.ts'
import { shownRequest } from '../issuers/shown.ts'
import { withRoots } from '../issuers/trust.ts'
import { memberName, membersOf } from '../cluster/members.ts'
import { certificatesOnDisk } from './certificates-on-disk.ts'

export const credentialIsCommitted: Guard<[observed: Observed]> = {
  name: 'credential-is-committed',
  because: 'a certificate authority signs only once Juju has stored it',
  holds: (observed) => observed.peers?.application.authorities !== undefined,
}

/** A clock that is behind would sign what has ended for everybody else, and one whose clock was ahead has left an authority that nobody takes yet. */
export const clockIsNotBehind: Guard<[observed: Pick<Observed, 'now' | 'peers'>]> = {
  name: 'clock-is-not-behind',
  because: 'what is signed before its authority is valid is of use to nobody',
  holds: ({ now, peers }) => peers?.authoritiesBegin === undefined || now >= peers.authoritiesBegin,
}

/** By their own clock; with an issuer's certificate they are let in all the same. */
export const authoritiesAreInForce: Guard<[observed: Pick<Observed, 'machine' | 'now' | 'peers'>]> = {
  name: 'authorities-are-in-force',
  because:
    'where they have ended, no member lets another in anew: whoever waits for one that has restarted waits for ever',
  holds: ({ machine, now, peers }) =>
    shownRequest(machine, 'peer') !== undefined || now < (peers?.authoritiesEnd ?? Number.POSITIVE_INFINITY),
}

/** How far a unit has followed a rotation: others told it, and of itself this one knows it now (no hook would tell it of its own databag). */
export function followedBy(unit: string, observed: Observed): Pick<PeerUnit, 'authorities' | 'certificates'> {
  const { machine, peers } = observed
  if (unit !== observed.unit) return peers?.units.get(unit)?.databag ?? {}
  const authorities = machine.loaded?.authorities
  const certificates = certificatesOnDisk(observed)
  return { ...(authorities && { authorities }), ...(certificates && { certificates }) }
}

/** Also of units that are down: they start with what lies on their disk. */
export const newIssuerIsTrusted: Guard<[observed: Observed]> = {
  name: 'new-issuer-trusted-before-it-signs',
  because: 'every unit trusts the new authorities',
  holds: (observed) => yetToTrust(observed)?.length === 0,
}

/** `undefined` where there are no authorities. */
export function yetToTrust(observed: Observed): readonly string[] | undefined {
  const { peers } = observed
  const authorities = peers?.application.authorities
  if (!peers || !authorities) return undefined
  const wanted = digestOfAuthorities(
    { ...authorities, ...withRoots(observed, authorities) },
    clientCasOf(peers.application),
  )
  return [...peers.units.keys()]
    .filter((unit) => isOrWasMember(unit, observed))
    .filter((unit) => followedBy(unit, observed).authorities !== wanted)
}

/**
 * A unit that has no certificate yet waits for those that are to sign it. One that has no member yet waits until another member answers, who
 * may need these very authorities for it, and begins with what it is told by then.
 */
function isOrWasMember(unit: string, observed: Observed): boolean {
  const { machine, peers } = observed
  if (!peers?.application.certificates.has(unit)) return false
  // A member that was just added has no name until it starts.
  const listed = membersOf(observed)?.some(({ name }) => name === '' || name === memberName(unit))
  const { data, authorities } = peers.units.get(unit)?.databag ?? {}
  const told = unit === observed.unit ? machine.data : data === true || authorities !== undefined
  return told || listed === true
}

export const oldIssuerTrustedUntilAllRenewed: Guard<[observed: Observed]> = {
  name: 'old-issuer-trusted-until-all-renewed',
  because: 'a certificate whose authority is gone is trusted by nobody',
  holds: (observed) => yetToRenew(observed)?.length === 0,
}

export function yetToRenew(observed: Observed): readonly string[] | undefined {
  const { peers } = observed
  if (!peers) return undefined
  return [...peers.units].flatMap(([unit, { issued }]) => {
    const certificates = peers.application.certificates.get(unit)
    const renewed = purposes.every((purpose) => issued.get(purpose)?.current)
    const follows =
      renewed &&
      certificates !== undefined &&
      followedBy(unit, observed).certificates === digestOfCertificates(certificates)
    return follows ? [] : [unit]
  })
}

export const certificateNamesAddress: Guard<[observed: Observed]> = {
  name: 'certificate-names-the-address',
  because: 'a client that comes to an address which the certificate does not name turns away',
  holds: ({ addresses, peers, unit }) => {
    const issued = peers?.units.get(unit)?.issued.get('server')
    return addresses !== undefined && issued?.names.includes(addresses.client) === true
  },
}
