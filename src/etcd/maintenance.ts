// What keeps a cluster from serving though it runs: alarms, and reads that no quorum confirms.

import * as z from 'zod/mini'
import type { EtcdClient } from './client.ts'
import { type Alarm, isMemberId, wholeCluster } from './types.ts'

const kinds = { None: undefined, Nospace: 'no-space', Corrupt: 'corrupt' } as const

export async function alarms(client: EtcdClient): Promise<readonly Alarm[]> {
  const answer = await client.ask('alarm list', ({ maintenance }) => maintenance.alarm({ action: 'Get' }))
  return answer.alarms.flatMap(({ memberID, alarm }) => {
    const kind = kinds[alarm]
    return kind && isRaisedBy(memberID) ? [{ member: memberID, kind }] : []
  })
}

function isRaisedBy(memberID: string): memberID is Alarm['member'] {
  return memberID === wholeCluster || isMemberId(memberID)
}

/** Of a member that is no more; one that is there gets its alarm back as long as the cause is. */
export async function disarm(client: EtcdClient, { member, kind }: Alarm): Promise<void> {
  const alarm = kind === 'corrupt' ? 'Corrupt' : 'Nospace'
  const request = { action: 'Deactivate', memberID: member, alarm } as const
  await client.ask('alarm disarm', ({ maintenance }) => maintenance.alarm(request))
}

/** A linearizable read as this client: resolves if a quorum confirms it and this user may read the key. */
export async function health(client: EtcdClient, key = 'health'): Promise<void> {
  const request = { key: Buffer.from(key), limit: 1 }
  await client.ask('get', ({ kv }) => kv.range(request))
}

const hashSchema = z.object({ hash: z.number(), compact_revision: z.string() })

export interface DataHash {
  readonly hash: number
  /** Below it nothing was hashed: two members are compared only where it is the same. */
  readonly compactRevision: string
}

/** Of all that the member behind this endpoint has up to a revision; with a long deadline, as it reads its whole database. */
export async function hashOfData(client: EtcdClient, endpoint: string, revision: string): Promise<DataHash> {
  const answer = await client.askAt(endpoint, 'hash-kv', ({ maintenance }) => {
    // etcd3 calls a method that there is not (`hashKV`); it does not show what it calls by, either.
    const caller: unknown = Reflect.get(maintenance, 'client')
    if (!isCaller(caller)) throw new TypeError('etcd3 has changed: it makes requests otherwise')
    return caller.exec('Maintenance', 'HashKV', { revision })
  })
  const { hash, compact_revision: compactRevision } = hashSchema.parse(answer)
  return { hash, compactRevision }
}

interface Caller {
  exec(service: string, method: string, request: unknown): Promise<unknown>
}

function isCaller(value: unknown): value is Caller {
  return typeof value === 'object' && value !== null && 'exec' in value && typeof value.exec === 'function'
}

export interface StoreFacts {
  readonly revision: bigint
  readonly keys: bigint
}

/** How far the key space goes. */
export async function readStore(client: EtcdClient): Promise<StoreFacts> {
  const everything = { key: Buffer.from([0]), range_end: Buffer.from([0]), count_only: true }
  const { header, count } = await client.ask('count', ({ kv }) => kv.range(everything))
  return { revision: BigInt(header.revision), keys: BigInt(count) }
}

export interface KeySpace {
  readonly clusterId: string
  readonly memberId: string
  readonly revision: string
  readonly keys: number
}

/** As the member behind this endpoint has it, quorum or not. */
export async function keySpace(client: EtcdClient, endpoint: string): Promise<KeySpace> {
  const all = Buffer.from([0])
  const request = { key: all, range_end: all, count_only: true, serializable: true }
  const { header, count } = await client.askAt(endpoint, 'count', ({ kv }) => kv.range(request))
  return {
    clusterId: header.cluster_id,
    memberId: header.member_id,
    revision: header.revision,
    keys: Number(count),
  }
}
