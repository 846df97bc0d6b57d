// The key for a relation with another model is offered before anything else is said to it (facts/etcd-client.md §5.21).

import type { ClientsSeen, Observed } from '../../observed.ts'
import { encryptionLabel } from './secret-labels.ts'
import type { Write } from '../../step.ts'

export function planEncryption({ leader, leaving, clients }: Observed): readonly Write[] {
  if (!leader || leaving) return []
  return [...clients.crossModel].flatMap(([relation, { encryption, grantable }]): readonly Write[] => {
    if (clients.refused.has(relation)) return []
    if (isLost(relation, clients)) {
      const why = 'the key that its requirer encrypts by is gone'
      return [{ kind: 'encryption/offer', relation, why }]
    }
    if (encryption !== 'absent' || !grantable) return []
    const why = 'its requirer is in another model and has to encrypt its certificate'
    return [{ kind: 'encryption/offer', relation, why }]
  })
}

/** Whoever was accepted by it stays as the ledger has it. */
function isLost(relation: number, { given, crossModel }: ClientsSeen): boolean {
  const seen = given.get(relation)
  if (!seen || crossModel.get(relation)?.encryption === 'absent') return false
  return seen.secrets.get(encryptionLabel(relation))?.digests === undefined
}
