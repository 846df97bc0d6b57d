// A unit's three private keys, which never leave it.

import { purposes } from '../../../interfaces/etcd-peers.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

export function planKeys(observed: Observed): readonly Step[] {
  // The keys belong to etcd's user, who comes with the installation.
  if (!observed.peers || !observed.machine.workload) return []
  return purposes
    .filter((purpose) => !observed.machine.keys.has(purpose))
    .map((purpose) => ({
      kind: 'key/create',
      purpose,
      why: `this unit has no key for its ${purpose} certificate`,
    }))
}
