// A unit's three private keys, which never leave it.

import { purposes } from '../../../interfaces/etcd-peers.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

export function planKeys(observed: Observed): readonly Step[] {
  // The keys belong to etcd's user, who comes with the installation.
  if (!observed.peers || !observed.machine.workload) return []
  const missing = purposes
    .filter((purpose) => !observed.machine.keys.has(purpose))
    .map(
      (purpose): Step => ({
        kind: 'key/create',
        purpose,
        why: `this unit has no key for its ${purpose} certificate`,
      }),
    )
  return [...planRights(observed), ...missing]
}

/** Before its next start, which would do it too: whom etcd lets in hangs on them now. */
function planRights({ machine }: Observed): readonly Step[] {
  if (!machine.keysAstray) return []
  return [
    {
      kind: 'keys/give',
      why: "only etcd's user should read keys and certificates, and it should be able to",
    },
  ]
}
