// The operator's own authorities for clients, taken over into the peer databag, from which every unit renders the same truststore.

import { type ClientCas, clientCasOf } from '../../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { authoritiesLeaveRoom } from './guards.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, Write } from '../../step.ts'
import { measureBundle } from './room.ts'
import { unloadableOf, withoutUnloadable } from './unloadable.ts'

type Given = Readonly<Record<string, ClientCas>>

/**
 * Those for which the truststore has room; who was in stays in before others come. `rest` is what the administrator's authority and the
 * clients' certificates take.
 */
export function admitAuthorities(given: Given, before: Given, rest: number): Given {
  const earlier = new Set(clientCasOf({ clientCas: before }))
  const admitted = new Set<string>()
  let bytes = 0
  const all = Object.values(given).flatMap(({ certificates }) => certificates)
  for (const pem of all.toSorted((a, b) => Number(earlier.has(b)) - Number(earlier.has(a)))) {
    const more = admitted.has(pem) ? 0 : measureBundle(pem)
    if (!authoritiesLeaveRoom.holds(bytes + more, rest)) continue
    bytes += more
    admitted.add(pem)
  }
  const admit = ({ application, certificates, refused }: ClientCas): ClientCas => {
    const fitting = certificates.filter((pem) => admitted.has(pem))
    const full = fitting.length < certificates.length ? ['no room for more CAs in the truststore'] : []
    return { application, certificates: fitting, refused: [...refused, ...full] }
  }
  return Object.fromEntries(Object.entries(given).map(([relation, cas]) => [relation, admit(cas)]))
}

export function planClientCas(observed: Observed): readonly Write[] {
  const { peers, leader, leaving } = observed
  if (!peers || !leader || leaving) return []
  const given = observed.clientCas ?? peers.application.clientCas
  const clientCas = withoutUnloadable(given, unloadableOf(observed))
  if (printJsonText(clientCas) === printJsonText(peers.application.clientCas)) return []
  return [{ kind: 'client-cas/write', clientCas, why: 'what client-cas gives has changed' }]
}

export function clientCasConditions({ peers, clientCas, leader }: Observed): readonly Condition[] {
  if (!leader) return []
  return Object.entries(clientCas ?? peers?.application.clientCas ?? {}).flatMap(
    ([relation, { application, refused }]): readonly Condition[] =>
      refused.length === 0
        ? []
        : [
            {
              status: 'blocked',
              message: `relation ${relation} (${application}): ${refused.join(', ')}; send CA certificates only, valid ones`,
              scope: 'application',
            },
          ],
  )
}
