// What this unit asks an issuer of the operator's for.

import type { IssuerRole } from '../../../interfaces/issuers.ts'
import { isAddress } from '../../../tls/address.ts'
import { namesToCertify } from '../certificates/names.ts'
import type { Observed } from '../../observed.ts'
import type { Wish } from './issuers-seen.ts'

/** `undefined` while this unit knows no address of its own. */
export function wishOf(observed: Observed, role: IssuerRole): Wish | undefined {
  const { addresses, config, unit } = observed
  if (!addresses) return undefined
  const domain = domainOf(observed, role)
  const name = unit.replaceAll('/', '-')
  const commonName = (domain === '' ? name : `${name}.${domain}`).slice(0, longestCommonName)
  const names = [...namesToCertify(unit, addresses, observed)[role], commonName]
  // An issuer that signs for one domain refuses the whole request for a name of another.
  const isOurs = (each: string): boolean => each === observed.peers?.application.issuers?.peer?.narrow
  const wanted = names.filter(
    (each) => domain === '' || isAddress(each) || each.endsWith(`.${domain}`) || isOurs(each),
  )
  return { commonName, names: [...new Set(wanted)].sort(), key: config.inForce['certificate-key-type'] }
}

/** X.520. */
const longestCommonName = 64

function domainOf({ config }: Observed, role: IssuerRole): string {
  const { 'peer-certificate-domain': peer, 'client-certificate-domain': client } = config.inForce
  return (role === 'peer' ? peer : client).replace(/^\./, '')
}

/** Addresses alone: without these members and the charm itself do not find it. */
export function neededAddresses({ names }: Wish): readonly string[] {
  return names.filter(isAddress)
}
