// A lock in etcd for work that takes minutes: it is kept alive as long as its process is, and whoever must wait for the work reads it there.

import type { EtcdClient } from '../etcd/client.ts'
import { EtcdOutOfSpace, EtcdTimeout, EtcdUnavailable } from '../etcd/errors.ts'
import { lockHolder, takeLock } from '../etcd/lock.ts'
import type { WorkInEtcd } from './observed.ts'

const ttlSeconds = 60
const renewEveryMs = 15_000

export type Kept =
  | (AsyncDisposable & {
      readonly kind: 'kept'
      /** Whether nobody else could have had it since: a process may stand still for longer than a lock lasts. */
      heldThroughout(): Promise<boolean>
    })
  | { readonly kind: 'taken'; readonly by: string }

/** Without a quorum, and where the database is full, nobody can take a lock: then the leader alone does such work, and is not kept from it. */
export async function keepLock(client: EtcdClient, name: WorkInEtcd['kind'], holder: string): Promise<Kept> {
  const options = { name, holder, ttlSeconds }
  const first = await unlessNobodyCan(takeLock(client, options))
  if (first?.kind === 'taken') return first
  let [lock, lost] = [first, false]
  const renew = async (): Promise<void> => {
    if (!lock || (await lock.renew())) return
    lost = true
    const again = await takeLock(client, options)
    lock = again.kind === 'held' ? again : undefined
  }
  const tryToRenew = (): Promise<void> => renew().catch(() => undefined)
  const renewing = setInterval(() => void tryToRenew(), renewEveryMs)
  return {
    kind: 'kept',
    async heldThroughout() {
      await tryToRenew()
      return !lost
    },
    async [Symbol.asyncDispose]() {
      clearInterval(renewing)
      await lock?.[Symbol.asyncDispose]()
    },
  }
}

/** Who does work now that a member must not be switched under; two reads, side by side. */
export async function readWork(client: EtcdClient): Promise<WorkInEtcd | undefined> {
  const [restore, backup] = await Promise.all([lockHolder(client, 'restore'), lockHolder(client, 'backup')])
  if (restore !== undefined) return { kind: 'restore', by: restore }
  return backup === undefined ? undefined : { kind: 'backup', by: backup }
}

async function unlessNobodyCan<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await unlessNoQuorum(asking, undefined)
  } catch (error) {
    if (error instanceof EtcdOutOfSpace) return undefined
    throw error
  }
}

export async function unlessNoQuorum<T>(asking: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof EtcdUnavailable || error instanceof EtcdTimeout) return otherwise
    throw error
  }
}
