// The revocation list: whom etcd still trusts as it was started, and no longer should.

import type { Leaf } from '../../../interfaces/ledger.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { bystandersOf } from './bystanders.ts'
import { serialsToRevoke } from './trust.ts'

export function planRevocation(observed: Observed, leaves: readonly Leaf[]): readonly Step[] {
  const { revoked } = observed.machine
  const serials = serialsToRevoke(observed.machine, leaves, bystandersOf(observed))
  if (revoked && revoked.join(' ') === serials.join(' ')) return []
  const why = revoked
    ? 'what etcd still trusts and no longer should has changed'
    : 'without it etcd refuses everybody'
  return [{ kind: 'revocation/write', serials, why }]
}
