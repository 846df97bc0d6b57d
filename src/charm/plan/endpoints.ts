// Where clients are sent: to every member that takes them, under the address that it has now.

import { hostPort } from '../../machine/network.ts'
import { certificateNamesAddress } from '../guards.ts'
import type { Observed } from '../observed.ts'
import { servesHere } from './members.ts'

/** This unit's; `undefined` while its etcd takes nobody, or under another address than its certificate names. */
export function ownEndpoint(observed: Observed): string | undefined {
  const { addresses } = observed
  if (!addresses || !servesHere(observed) || !certificateNamesAddress.holds(observed)) return undefined
  return hostPort(addresses.client, 2379)
}

/** Of each member that serves, sorted, so that a mere change of order wakes nobody. */
export function endpointsOf(observed: Observed): readonly string[] {
  const { addresses, peers, unit } = observed
  const current = addresses && hostPort(addresses.client, 2379)
  const told = [...(peers?.units ?? [])].flatMap(([name, { databag }]) =>
    databag.endpoint === undefined || (name === unit && databag.endpoint !== current)
      ? []
      : [databag.endpoint],
  )
  const own = ownEndpoint(observed)
  return [...new Set(own === undefined ? told : [...told, own])].sort()
}
