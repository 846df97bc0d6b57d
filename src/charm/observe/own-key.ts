// The charm's own key of a purpose. Where etcd shows another issuer's certificate, the usual place has that one's key, and the own one lies
// beside it.

import { readTextIfExists } from '../../machine/file.ts'
import type { Workload } from '../../machine/workload.ts'
import type { Purpose } from '../../interfaces/etcd-peers.ts'
import { keyPath, ownKeyPath } from '../layout.ts'

export async function readOwnKey(workload: Workload, purpose: Purpose): Promise<string | undefined> {
  return (
    (await readTextIfExists(ownKeyPath(workload, purpose))) ??
    (await readTextIfExists(keyPath(workload, purpose)))
  )
}
