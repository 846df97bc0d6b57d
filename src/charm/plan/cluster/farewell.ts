// What a unit tells once its member has left: its peers, that no client should be sent to it; and, while it still leads, the clients
// themselves, since Juju has no other leader before this one's last hook.

import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { planAnswers } from '../clients/answers.ts'

export function planFarewell(observed: Observed): readonly Write[] {
  const { peers, unit } = observed
  const own = peers?.units.get(unit)
  if (!peers || own?.databag.endpoint === undefined) return []
  const { endpoint, ...databag } = own.databag
  const units = new Map(peers.units).set(unit, { ...own, databag })
  const left: Observed = {
    ...observed,
    leaving: false,
    peers: { ...peers, units },
    etcd: { kind: 'unasked' },
  }
  const why = `clients find no member at ${endpoint} any more`
  const { writes, ledger } = planAnswers(left, peers.ledger)
  return [
    { kind: 'peer-unit/write', unit: databag, renew: false, why },
    ...writes,
    ...(writes.length > 0 ? [{ kind: 'ledger/write', ledger, why } as const] : []),
  ]
}
