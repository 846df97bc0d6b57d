// Storage comes: whatever this unit let go of before, it is there again.

import { forgetLeaving } from '../machine/leaving-note.ts'
import type { Charm } from './charm.ts'
import { workloadPaths } from '../machine/workload.ts'
import { reconcile } from './reconcile.ts'

/** `data-storage-attached` */
export async function arrive(charm: Charm): Promise<void> {
  // The same folder, however etcd is installed.
  await forgetLeaving(workloadPaths('snap').state)
  await reconcile(charm)
}
