// The operator's own authorities for clients, taken over into the peer databag, from which every unit renders the same truststore.

import { printJsonText } from '../../interfaces/json-text.ts'
import type { Observed } from '../observed.ts'
import type { Condition, Write } from '../step.ts'

export function planClientCas({ peers, clientCas, leader, leaving }: Observed): readonly Write[] {
  if (!peers || !clientCas || !leader || leaving) return []
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
