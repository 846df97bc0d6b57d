// What keeps a cluster from serving though it runs: alarms, and reads that no quorum confirms.

import type { EtcdClient } from './client.ts'
import { type Alarm, isMemberId } from './types.ts'

const kinds = { None: undefined, Nospace: 'no-space', Corrupt: 'corrupt' } as const

export async function alarms(client: EtcdClient): Promise<readonly Alarm[]> {
  const answer = await client.ask('alarm list', ({ maintenance }) => maintenance.alarm({ action: 'Get' }))
  return answer.alarms.flatMap(({ memberID, alarm }) => {
    const kind = kinds[alarm]
    return kind && isMemberId(memberID) ? [{ member: memberID, kind }] : []
  })
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
