// The key for a relation with another model is offered before anything else is said to it (facts/etcd-client.md §5.21).

import type { Observed } from '../observed.ts'
import type { Write } from '../step.ts'

export function planEncryption({ leader, leaving, clients }: Observed): readonly Write[] {
  if (!leader || leaving) return []
  return [...clients.crossModel].flatMap(([relation, { encryption, grantable }]) => {
    if (encryption !== 'absent' || !grantable) return []
    const why = 'its requirer is in another model and has to encrypt its certificate'
    return [{ kind: 'encryption/offer', relation, why } as const]
  })
}
