// `juju run etcd/leader adopt-user name=ops confirm=true`: a name that somebody else's user or role bears is given to the client that asks
// for it. It is noted in the ledger only; the next hook makes user and role anew, as for any other client.

import type { LedgerEntry } from '../../interfaces/ledger.ts'
import type { Charm } from '../charm.ts'
import { isUnjudged } from '../plan/clients/claim.ts'
import { nameIsOurs } from '../plan/clients/naming-guards.ts'
import { nextLedger } from '../plan/clients/ledger.ts'
import { describeClient, notTold, obey, readOrder, sameName } from './order.ts'

export async function adoptUser(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readOrder(charm, 'name')
  if (!asked) return
  const { name, confirmed, observed, ledger } = asked
  const rows = [...nextLedger(observed).entries.values()]
  const owner = [...ledger.entries.values()].find(
    ({ entry }) =>
      entry.state === 'accepted' && sameName(entry.leaf.commonName, name) && nameIsOurs.holds(entry),
  )
  if (owner) return juju.actionSet({ done: `nothing: ${name} is this charm's already` })
  const asks = rows.find(
    ({ entry }) =>
      entry.state === 'refused' && entry.code === 'common-name-foreign' && sameName(entry.wants, name),
  )
  if (!asks) return juju.actionFail(whyNotAdopted(rows, name))
  const relation = observed.clients.relations.get(asks.key.relation)
  const request =
    relation?.kind === 'requests'
      ? relation.requests.find((row) => row.asked.request === asks.key.request)
      : undefined
  await juju.actionSet({
    client: describeClient(asks.key, asks.entry.application, request?.asked.prefix ?? ''),
    outcome: `user and role ${name} are deleted and made anew for it; who used them, or held the role, loses what it gave`,
  })
  if (!confirmed) return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  if (!(await obey(charm, observed, { kind: 'adopt', name }))) return
  await juju.actionSet({ done: `${name} is this charm's now`, next: 'the next hooks serve the client' })
}

/** Where nobody is refused that name. */
export function whyNotAdopted(rows: readonly { readonly entry: LedgerEntry }[], name: string): string {
  if (rows.some(({ entry }) => isUnjudged(entry) && sameName(entry.leaf.commonName, name)))
    return notTold(name)
  return `no client is refused ${name} for a user or role in etcd; juju status tells who is`
}
