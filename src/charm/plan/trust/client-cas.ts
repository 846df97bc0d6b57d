// The operator's own authorities for clients, taken over into the peer databag, from which every unit renders the same truststore.

import { documentation } from '../documentation.ts'
import { type ClientCas, clientCasOf } from '../../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { authoritiesLeaveRoom } from './guards.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, Write } from '../../step.ts'
import type { Guard } from '../guard.ts'
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
  const admit = ({ certificates, refused, ...rest }: ClientCas): ClientCas => {
    const fitting = certificates.filter((pem) => admitted.has(pem))
    const full = fitting.length < certificates.length ? ['no room for more CAs in the truststore'] : []
    return { ...rest, certificates: fitting, refused: [...refused, ...full] }
  }
  return Object.fromEntries(Object.entries(given).map(([relation, cas]) => [relation, admit(cas)]))
}

export const operatorAllowsAuthorities: Guard<[allowed: boolean]> = {
  name: 'operator-allows-authorities',
  because: 'whoever an authority of client-cas signs for is whom its common name says, root among them',
  holds: (allowed) => allowed,
}

/** Without the operator's word none is trusted, but for those that an earlier version of the charm took without asking. */
export function permit(found: ClientCas, before: ClientCas | undefined, allowed: boolean): ClientCas {
  if (operatorAllowsAuthorities.holds(allowed)) return { ...found, allowed: true }
  const earlier = before?.allowed === undefined ? new Set(before?.certificates) : new Set<string>()
  const kept = found.certificates.filter((pem) => earlier.has(pem))
  const refused = kept.length < found.certificates.length || kept.length > 0 ? [needsOption] : []
  const { allowed: _asked, ...rest } = found
  const told = { ...rest, certificates: kept, refused: [...found.refused, ...refused] }
  return kept.length > 0 ? told : { ...told, allowed: false }
}

const needsOption = 'whoever its CAs sign for could be root'

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
    ([relation, { application, certificates, refused }]): readonly Condition[] =>
      refused.length === 0
        ? tellTrusted(relation, application, certificates)
        : [
            {
              status: 'blocked',
              message: `relation ${relation} (${application}): ${refused.join(', ')}; ${remedyFor(refused)}`,
              scope: 'application',
            },
          ],
  )
}

function remedyFor(refused: readonly string[]): string {
  return refused.includes(needsOption)
    ? 'set allow-client-cas=true to trust them all the same, or remove the relation'
    : 'send CA certificates only, valid ones'
}

/** It serves, and the operator has said so; whoever looks should know all the same. */
function tellTrusted(
  relation: string,
  application: string,
  certificates: readonly string[],
): readonly Condition[] {
  if (certificates.length === 0) return []
  const message = `relation ${relation} (${application}): whoever its CAs sign for is let in by the common name, root among them; see ${documentation}/explanation/security.md`
  return [{ status: 'active', message, scope: 'application' }]
}
