// A lock in etcd for work that takes minutes: it is kept alive as long as its process is, and whoever must wait for the work reads it there.

import type { EtcdClient } from '../etcd/client.ts'
import { EtcdOutOfSpace, EtcdTimeout, EtcdUnavailable } from '../etcd/errors.ts'
import { lockHolder, takeLock } from '../etcd/lock.ts'
import type { WorkInEtcd } from './observed.ts'

const ttlSeconds = 60
const renewEveryMs = 15_000

export type Kept =
  | (AsyncDisposable & { readonly kind: 'kept' })
  | { readonly kind: 'taken'; readonly by: string }

/** Without a quorum, and where the database is full, nobody can take a lock: then the leader alone does such work, and is not kept from it. */
export async function keepLock(client: EtcdClient, name: WorkInEtcd['kind'], holder: string): Promise<Kept> {
  const lock = await unlessNobodyCan(takeLock(client, { name, holder, ttlSeconds }))
  if (lock?.kind === 'taken') return lock
  const renewing = setInterval(() => void lock?.renew().catch(() => undefined), renewEveryMs)
  return {
    kind: 'kept',
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
