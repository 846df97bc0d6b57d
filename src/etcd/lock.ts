// A lock in etcd: a key that only root may touch, tied to a lease, so that a holder that died lets go by itself. The lease is kept alive
// by nobody but its holder, who says so each time: a hook is done well within its time, or is not to be waited for.

import type { EtcdClient } from './client.ts'
import { EtcdFailure, EtcdUnavailable } from './errors.ts'

/** Keys of the charm begin with NUL, which no prefix of a client may (guard `prefix-is-plain`). */
const keyPrefix = '\0etcd-charm/'

export interface LockOptions {
  readonly name: string
  /** Who takes it. The same holder may take it again: it is one process at a time, so the earlier one has died. */
  readonly holder: string
  /** Seconds after which it is free again, whatever became of the holder. */
  readonly ttlSeconds: number
}

export type Lock =
  | (AsyncDisposable & {
      readonly kind: 'held'
      /** For its whole time from now on; `false` where that was over before, and somebody else may have had the lock since. */
      renew(): Promise<boolean>
    })
  | { readonly kind: 'taken'; readonly by: string }

const keepAliveMs = 5000

/** Takes the lock, or says who has it. Dispose of it to let go. */
export async function takeLock(client: EtcdClient, options: LockOptions): Promise<Lock> {
  const { name, holder, ttlSeconds } = options
  const key = Buffer.from(`${keyPrefix}${name}`)
  const value = Buffer.from(holder)
  const { ID: lease } = await client.tell('lease grant', ({ leaseClient }) =>
    leaseClient.leaseGrant({ TTL: ttlSeconds }),
  )
  const put = { request_put: { key, value, lease } }
  const look = { request_range: { key } }
  const { succeeded, responses } = await client.tell('lock', ({ kv }) =>
    kv.txn({
      compare: [{ key, target: 'Create', result: 'Equal', create_revision: '0' }],
      success: [put],
      failure: [look],
    }),
  )
  if (succeeded) return held(client, lease)
  const found = responses[0]?.response_range?.kvs[0]
  const by = found?.value.toString() ?? ''
  // One without a lease was restored or copied by somebody who has the whole key space, and would never end.
  const free = found && (by === holder || found.lease === '0')
  if (free && (await putIfUnchanged(client, put, found.mod_revision))) return held(client, lease)
  await revoke(client, lease)
  return { kind: 'taken', by }
}

/** Who has the lock, or left the note, if anybody. */
export async function lockHolder(client: EtcdClient, name: string): Promise<string | undefined> {
  const key = Buffer.from(`${keyPrefix}${name}`)
  const { kvs } = await client.ask('lock holder', ({ kv }) => kv.range({ key }))
  return kvs[0]?.value.toString()
}

async function putIfUnchanged(
  client: EtcdClient,
  put: { readonly request_put: { readonly key: Buffer; readonly value: Buffer; readonly lease: string } },
  revision: string,
): Promise<boolean> {
  const { key } = put.request_put
  const unchanged = { key, target: 'Mod', result: 'Equal', mod_revision: revision } as const
  const { succeeded } = await client.tell('lock', ({ kv }) =>
    kv.txn({ compare: [unchanged], success: [put], failure: [] }),
  )
  return succeeded
}

/** For about a second: the holder may have handed raft leadership over just before. */
async function release(client: EtcdClient, lease: string): Promise<void> {
  const { ConstantBackoff, handleType, retry } = await import('cockatiel')
  const backoff = new ConstantBackoff(300)
  await retry(handleType(EtcdUnavailable), { maxAttempts: 3, backoff }).execute(() => revoke(client, lease))
}

function held(client: EtcdClient, lease: string): Lock {
  const renew = (): Promise<boolean> => keepAlive(client, lease)
  const letGo = async (): Promise<void> => {
    try {
      await release(client, lease)
    } catch (error) {
      // It ends by itself.
      if (!(error instanceof EtcdFailure)) throw error
    }
  }
  return { kind: 'held', renew, [Symbol.asyncDispose]: letGo }
}

/** By the one stream that etcd has for it, for one question. Of a lease that is gone etcd says that it has no time left, and no error. */
function keepAlive(client: EtcdClient, lease: string): Promise<boolean> {
  return client.ask('lease keep-alive', async ({ leaseClient }) => {
    const stream = await leaseClient.leaseKeepAlive()
    const answer = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => answer.reject(new Error('Deadline exceeded')), keepAliveMs)
    stream.on('data', ({ TTL }) => answer.resolve(TTL !== '0'))
    stream.on('error', answer.reject)
    stream.write({ ID: lease })
    try {
      return await answer.promise
    } finally {
      clearTimeout(timer)
      stream.end()
    }
  })
}

/** It may be asked of another member after one that fell silent: a lease ends but once. */
async function revoke(client: EtcdClient, lease: string): Promise<void> {
  await client.ask('lease revoke', ({ leaseClient }) => leaseClient.leaseRevoke({ ID: lease }))
}

/** A word that stays until it is taken back, whatever becomes of who left it. */
export async function leaveNote(client: EtcdClient, name: string, word: string): Promise<void> {
  const key = Buffer.from(`${keyPrefix}${name}`)
  await client.ask('note', ({ kv }) => kv.put({ key, value: Buffer.from(word) }))
}

/** Also a lock that this word's owner holds and whose process is gone. */
export async function takeNoteBack(client: EtcdClient, name: string, word: string): Promise<void> {
  const key = Buffer.from(`${keyPrefix}${name}`)
  const value = Buffer.from(word)
  await client.ask('note', ({ kv }) =>
    kv.txn({
      compare: [{ key, target: 'Value', result: 'Equal', value }],
      success: [{ request_delete_range: { key } }],
      failure: [],
    }),
  )
}

/** All of the charm's own keys: locks and notes, of a cluster that is no more. */
export async function forgetLocks(client: EtcdClient): Promise<void> {
  const key = Buffer.from(keyPrefix)
  const range_end = Buffer.from(key)
  range_end.writeUInt8(range_end.readUInt8(range_end.length - 1) + 1, range_end.length - 1)
  await client.ask('forget locks', ({ kv }) => kv.deleteRange({ key, range_end }))
}
