// A lock for work of minutes, whose process may stand still for longer than the lock lasts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepLock } from '../../../src/charm/keep-lock.ts'
import { takeLock } from '../../../src/etcd/lock.ts'
import { startEtcd } from '../etcd/etcd-server.ts'

test('a lock whose lease ended meanwhile is taken again, and whoever asks is told that it was not held throughout', async () => {
  await using etcd = await startEtcd()
  await using client = await etcd.open()
  const kept = await keepLock(client, 'restore', 'etcd/0')
  assert.ok(kept.kind === 'kept')
  await using _kept = kept
  assert.equal(await kept.heldThroughout(), true)
  // What etcd does by itself once the lease's minute is over.
  const { leases } = await client.ask('leases', ({ leaseClient }) => leaseClient.leaseLeases())
  for (const { ID } of leases)
    await client.ask('revoke', ({ leaseClient }) => leaseClient.leaseRevoke({ ID }))
  assert.equal(await kept.heldThroughout(), false)
  const other = { name: 'restore', holder: 'etcd/1', ttlSeconds: 60 }
  assert.deepEqual(await takeLock(client, other), { kind: 'taken', by: 'etcd/0' })
  assert.equal(await kept.heldThroughout(), false, 'what happened in between stays unknown')
})
