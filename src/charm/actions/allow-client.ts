// `juju run etcd/leader allow-client common-name=web`: takes revoke-client back.

import type { Charm } from '../charm.ts'
import { nextLedger } from '../plan/clients/ledger.ts'
import { explainRefusal } from '../plan/clients/refusals.ts'
import { obey, readOrder, sameName } from './order.ts'

export async function allowClient(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readOrder(charm, 'common-name')
  if (!asked) return
  const { name, observed, ledger } = asked
  if (![...ledger.revoked.values()].some((names) => names.includes(name.toLowerCase())))
    return juju.actionSet({ done: `nothing: ${name} is not revoked` })
  const carried = await obey(charm, observed, { kind: 'allow', commonName: name })
  if (!carried) return
  const rows = [...nextLedger(carried.observed).entries.values()].flatMap(({ entry }) => {
    if (entry.state === 'accepted') return sameName(entry.leaf.commonName, name) ? ['it is served next'] : []
    if (!sameName(entry.wants ?? entry.detail, name)) return []
    return [explainRefusal(entry.code, entry.detail).message]
  })
  await juju.actionSet({
    done: `${name} is allowed again`,
    next: rows.join('\n') || 'nobody asks for it now; juju status tells when somebody does',
  })
}
