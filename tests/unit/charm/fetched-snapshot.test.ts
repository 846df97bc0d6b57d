import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeVerdict } from '../../../src/charm/fetched-snapshot.ts'
import { readBackup } from '../../../src/charm/read-backups.ts'
import { printManifest } from '../../../src/interfaces/backup-manifest.ts'
import { openMemoryStore } from './work/memory-store.ts'

const id = '2026-11-26T21:30:05Z'
const manifest = {
  v: 1,
  id,
  application: 'other',
  model: 'm',
  modelUuid: 'bbbbbbbb-1',
  etcdVersion: '3.5.30',
  size: 4,
  startedAt: id,
  finishedAt: id,
  sha256: 'ab'.repeat(32),
  takenFrom: 'other/1',
  takenBy: 'other/0',
} as const

test('what was found of a copy is noted in the copy, and not in the folder of the application that its manifest names', async () => {
  const copied = Object.fromEntries(
    ['etcd-aaaaaaaa', 'other-bbbbbbbb'].flatMap((source) => [
      [`prod/${source}/${id}/snapshot.db`, 'data'],
      [`prod/${source}/${id}/manifest.json`, printManifest(manifest)],
    ]),
  )
  const store = openMemoryStore(copied)
  const row = await readBackup(store, { path: 'prod', source: 'etcd-aaaaaaaa', id })
  assert.ok(row?.manifest)
  const now = Date.UTC(2026, 10, 27)
  await writeVerdict(store, { path: 'prod', source: row.source }, row.manifest, { sound: false, now })
  const states = ['etcd-aaaaaaaa', 'other-bbbbbbbb'].map(
    async (source) => (await readBackup(store, { path: 'prod', source, id }))?.state,
  )
  assert.deepEqual(await Promise.all(states), ['unusable', 'complete'])
})
