// The charm's own key of a purpose. Where etcd shows another issuer's certificate, the usual place has that one's key, and the own one lies
// beside it.

import { readTextIfExists } from '../../machine/file.ts'
import type { Workload } from '../../machine/workload.ts'
import { isPrivateKey } from '../../tls/key.ts'
import type { Purpose } from '../../interfaces/etcd-peers.ts'
import { keyPath, ownKeyPath } from '../layout.ts'

export async function readOwnKey(workload: Workload, purpose: Purpose): Promise<string | undefined> {
  for (const path of [ownKeyPath(workload, purpose), keyPath(workload, purpose)]) {
    const text = await readTextIfExists(path)
    if (text !== undefined && isPrivateKey(text)) return text
  }
  return undefined
}
