// What a unit's certificates must name: where its peers and clients find it, whatever they call it.

import { wordsOf } from '../../../config/certificate-options.ts'
import type { UnitAddresses } from '../../../interfaces/etcd-peers.ts'
import { isAddress, spellName } from '../../../tls/address.ts'
import type { Observed } from '../../observed.ts'

/** Of the administrator's there are none. */
export interface CertifiedNames {
  readonly peer: readonly string[]
  readonly server: readonly string[]
}

/** A member dials itself, and the charm asks it, by loopback. */
const loopback = ['localhost', '127.0.0.1', '::1']

export function namesToCertify(unit: string, addresses: UnitAddresses, observed: Named): CertifiedNames {
  const { config } = observed
  const { names, hosts = [], ingress, byRelation = {} } = addresses
  const shared = [...names, ...loopback]
  const peer = [...shared, nameOfPeers(observed)]
  const clients = [...(ingress === undefined ? [] : [ingress]), ...Object.values(byRelation)]
  const server = [...shared, ...hosts, ...clients, ...extraNames(unit, config.inForce)]
  return { peer: sorted(peer), server: sorted(server) }
}

type Named = Pick<Observed, 'application' | 'config' | 'modelUuid' | 'peers'>

/**
 * The name that every peer of this application bears, and that an issuer is asked to sign for nobody else. One that members go by
 * already stays.
 */
export function nameOfPeers({ application, config, modelUuid, peers }: Named): string {
  const domain = config.inForce['peer-certificate-domain'].replace(/^\./, '')
  const name = domain === '' ? `${application}.${modelUuid}.etcd.internal` : `${application}-peers.${domain}`
  return peers?.application.issuers?.peer?.narrow ?? name
}

/** `{unit}` is the unit's number. */
function extraNames(unit: string, { 'certificate-extra-sans': text }: Observed['config']['inForce']) {
  const number = unit.slice(unit.lastIndexOf('/') + 1)
  return wordsOf(text).map((word) => spellName(word.replaceAll('{unit}', number)))
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}

/** As a certificate holds them. */
export function bySort(names: readonly string[]): {
  readonly dns: readonly string[]
  readonly ips: readonly string[]
} {
  return { dns: names.filter((name) => !isAddress(name)), ips: names.filter(isAddress) }
}
