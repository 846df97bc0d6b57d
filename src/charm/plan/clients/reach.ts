// Where else than at its address a unit's member is reached by clients: by the name of its machine, or where clients of other networks come
// in. It tells only what the certificate names that it shows them now.

import { hostPort } from '../../../machine/network.ts'
import { describeCertificate } from '../../../tls/certificate.ts'
import type { PeerUnit, Reach } from '../../../interfaces/etcd-peers.ts'
import type { Observed } from '../../observed.ts'

export function reachOf({ addresses, machine }: Observed): Reach | undefined {
  const { hosts = [], ingress, byRelation } = addresses ?? {}
  const [fqdn] = hosts.filter((host) => host.includes('.'))
  if (fqdn === undefined && ingress === undefined && byRelation === undefined) return undefined
  const shown = describeCertificate(machine.files['server-certificate'] ?? '')?.sans
  const named = (name: string | undefined): boolean =>
    name !== undefined && (shown?.dns.includes(name) === true || shown?.ips.includes(name) === true)
  const relations = Object.entries(byRelation ?? {}).filter(([, address]) => named(address))
  const reach = {
    ...(fqdn !== undefined && named(fqdn) && { fqdn }),
    ...(ingress !== undefined && named(ingress) && { ingress }),
    ...(relations.length > 0 && { byRelation: Object.fromEntries(relations) }),
  }
  return Object.keys(reach).length > 0 ? reach : undefined
}

/** What clients of a relation are told of a unit; its address where it is known by nothing else. */
export function endpointFor(
  { endpoint, reach }: Pick<PeerUnit, 'endpoint' | 'reach'>,
  way: 'address' | 'fqdn' | 'ingress',
  relation: number,
): string | undefined {
  if (endpoint === undefined) return undefined
  const ingress = reach?.byRelation?.[relation] ?? reach?.ingress
  const host = way === 'fqdn' ? reach?.fqdn : way === 'ingress' ? ingress : undefined
  return host === undefined ? endpoint : hostPort(host, 2379)
}
