// What the actions about one client have in common: they run on the leader, name a client, and are carried out like any hook, with the
// operator's order as one more fact.

import type { Ledger, RequestKey } from '../../interfaces/ledger.ts'
import { ofOperator } from '../../interfaces/operator-client.ts'
import type { Charm } from '../charm.ts'
import type { Observed, Order } from '../observed.ts'
import { whatIsBeyondReading } from '../plan/beyond-reading.ts'
import { type CarriedOut, carryOut, observe, observeHere } from '../reconcile.ts'
import { whyNotAsLeader } from './on-leader.ts'

export interface Asked {
  readonly name: string
  readonly confirmed: boolean
  readonly observed: Observed
  readonly ledger: Ledger
}

/** What an operator asks on the leader; elsewhere the action fails, and nothing is asked. */
export async function readOrder(charm: Charm, parameter: 'common-name' | 'name'): Promise<Asked | undefined> {
  const { juju } = charm
  const { [parameter]: name, confirm } = await juju.actionParameters()
  const observed = await observe(charm)
  const refusal = whyNotOnLeader(charm, observed) ?? whyNotNamed(name)
  if (refusal !== undefined || typeof name !== 'string' || !observed.peers) {
    await juju.actionFail(refusal ?? 'there is no peer relation')
    return undefined
  }
  return { name, confirmed: confirm === true, observed, ledger: observed.peers.ledger }
}

/** As all that changes who may what. */
export function whyNotOnLeader(charm: Pick<Charm, 'context'>, observed: Observed): string | undefined {
  const refusal = whyNotAsLeader(charm, observed)
  if (refusal !== undefined) return refusal
  if (!observed.peers) return 'there is no peer relation yet; wait until etcd serves'
  return whatIsBeyondReading(observed)?.message
}

function whyNotNamed(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? undefined : 'the name is missing'
}

/**
 * etcd is looked at anew, as the order may be about names that nobody looked at. `undefined` where the leadership went meanwhile: then
 * nothing is on record, and the action has failed.
 */
export async function obey(charm: Charm, observed: Observed, order: Order): Promise<CarriedOut | undefined> {
  const carried = await carryOut(charm, await observeHere(charm, { ...observed, order }))
  if (carried.leads) return carried
  await charm.juju.actionFail('this unit leads no more, so nothing was noted; run it again on the new leader')
  return undefined
}

/** What is promised of a name that etcd was not asked for may be taken back by a hook, and nobody would be there to be told. */
export function notTold(name: string): string {
  return `etcd does not tell now whether somebody else has the name ${name}; run it again when it answers`
}

export function describeClient(
  { relation, request }: RequestKey,
  application: string,
  prefix: string,
): string {
  if (relation === ofOperator)
    return `client credentials, prefix ${prefix === '' ? 'of the whole key space' : prefix}`
  const which = request === '' ? '' : `, request ${request}`
  return `relation ${relation}${which} (${application}), prefix ${prefix === '' ? 'of the whole key space' : prefix}`
}

export function sameName(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase()
}
