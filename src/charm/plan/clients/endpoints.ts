// Where clients are sent: to every member that takes them, under the address that it has now.

import { hostPort } from '../../../machine/network.ts'
import { certificateNamesAddress } from '../certificates/guards.ts'
import type { Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import type { Observed } from '../../observed.ts'
import { takesClients } from '../cluster/absence.ts'
import { servesHere } from '../cluster/members.ts'
import { endpointFor, reachOf } from './reach.ts'

/** This unit's; `undefined` while its etcd takes nobody, or under another address than its certificate names. */
export function ownEndpoint(observed: Observed): string | undefined {
  const { addresses } = observed
  if (!addresses || !servesHere(observed) || !certificateNamesAddress.holds(observed)) return undefined
  return hostPort(addresses.client, 2379)
}

/** Of each member that serves these clients, sorted, so that a mere change of order wakes nobody. */
export function endpointsOf(
  observed: Observed,
  ledger: Ledger,
  clients: readonly LedgerEntry[],
  relation: number,
): readonly string[] {
  const way = wayOf(relation, observed, ledger)
  const { addresses, peers, unit } = observed
  const current = addresses && hostPort(addresses.client, 2379)
  const told = [...(peers?.units ?? [])].filter(
    ([name, { databag }]) =>
      databag.endpoint !== undefined && (name !== unit || databag.endpoint === current),
  )
  const own = ownEndpoint(observed)
  const takers = told.filter((peer) => peer[0] === unit || takesClients(peer, ledger, clients))
  // Where none is known to take them, any is better than no answer.
  const chosen = takers.length > 0 || own !== undefined ? takers : told
  const endpoints = chosen.flatMap(([, { databag }]) => endpointFor(databag, way, relation) ?? [])
  const here = own === undefined ? undefined : endpointFor(withReach(own, observed), way, relation)
  // The databag of before may know itself by less.
  const others = chosen.flatMap(([name, { databag }]) =>
    name === unit ? [] : (endpointFor(databag, way, relation) ?? []),
  )
  return [...new Set(here === undefined ? endpoints : [...others, here])].sort()
}

function withReach(endpoint: string, observed: Observed) {
  const reach = reachOf(observed)
  return { endpoint, ...(reach && { reach }) }
}

/** Of another model Juju knows that its clients come in by the ingress address. */
function wayOf(
  relation: number,
  { config }: Observed,
  { crossModel }: Ledger,
): 'address' | 'fqdn' | 'ingress' {
  const way = config.inForce['endpoints-as']
  return way === 'address' && crossModel.has(relation) ? 'ingress' : way
}
