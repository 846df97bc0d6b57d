// The history of keys, and the pages that it took: compaction forgets old revisions, defragmentation gives their room back to the disk.

import type { EtcdClient } from './client.ts'

export async function compact(
  client: EtcdClient,
  { revision, physical }: { readonly revision: string; readonly physical: boolean },
): Promise<void> {
  await client.ask('compact', ({ kv }) => kv.compact({ revision, physical }))
}

/** Of the whole store, as a quorum confirms it. */
export async function readRevision(client: EtcdClient): Promise<string> {
  const { header } = await client.ask('get', ({ kv }) =>
    kv.range({ key: Buffer.from('\0'), count_only: true, limit: 1 }),
  )
  return header.revision
}

/** The member behind this endpoint answers nobody meanwhile, and goes on with it whether anybody waits or not. */
export async function defragment(client: EtcdClient, endpoint: string): Promise<void> {
  await client.askAt(endpoint, 'defragment', ({ maintenance }) => maintenance.defragment())
}
