// `juju run etcd/leader revoke-client common-name=web confirm=true`: the access of one client ends now, whatever Juju shows of its
// relation. It is noted in the ledger, and etcd hears of it in the same hook; members that are away follow when they are back.

import type { Charm } from '../charm.ts'
import { isOperators } from '../../interfaces/operator-client.ts'
import { typed } from '../../juju/index.ts'
import type { Observed } from '../observed.ts'
import { nextLedger } from '../plan/clients/ledger.ts'
import { accessOf, unitsThatTrust } from '../plan/clients/names.ts'
import { describeClient, obey, readOrder, sameName } from './order.ts'

export async function revokeClient(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readOrder(charm, 'common-name')
  if (!asked) return
  const { name, confirmed, observed, ledger } = asked
  const owners = [...ledger.entries.values()].flatMap(({ key, entry }) =>
    entry.state === 'accepted' && sameName(entry.leaf.commonName, name)
      ? [{ ...entry, key, client: describeClient(key, entry.application, entry.prefix) }]
      : [],
  )
  const before = [...ledger.revoked].filter(([, names]) => names.includes(name.toLowerCase()))
  if (owners.length === 0 && before.length === 0)
    return juju.actionFail(`no client has the common name ${name}; list-clients names those that there are`)
  const operators = owners.every(({ key }) => isOperators(key)) && owners.length > 0
  const after = operators
    ? 'its secret is removed by an update-status'
    : `${name} is refused in that relation until allow-client ${typed('common-name', name)}, or until the relation is gone`
  await juju.actionSet({
    client: owners.map(({ client }) => client).join('\n') || `revoked before, in relation ${before[0]?.[0]}`,
    outcome: `its user is deleted, its certificate refused, what it has open ends as each member restarts; ${after}`,
  })
  if (!confirmed) return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  const carried = await obey(charm, observed, { kind: 'revoke', commonName: name })
  if (!carried) return
  const { observed: since, conditions } = carried
  const exact = owners[0]?.leaf.commonName ?? name
  await juju.actionSet({
    done: `${exact} is revoked; ${describeUser(since, exact)}`,
    left:
      [...conditions.map(({ message }) => message), ...describeRest(since, exact)].join('\n') || 'nothing',
    undo: operators
      ? 'none; create-client-credentials makes another'
      : `allow-client ${typed('common-name', exact)}`,
  })
}

export function describeUser(observed: Observed, name: string): string {
  const access = accessOf(observed, name)
  if (!access) return 'etcd was not asked for its user: the next hook that reaches etcd deletes it'
  return access.user ? 'its user is still there: the next hook deletes it' : 'it has no user in etcd any more'
}

export function describeRest(observed: Observed, name: string): readonly string[] {
  const departure = nextLedger(observed).departed.get(name)
  if (!departure) return []
  const others = unitsThatTrust(departure.number, observed)
  const units = others.length > 0 ? others : [observed.unit]
  return [`what it has open at ${units.join(', ')} ends as its etcd restarts, in its own next hook`]
}
