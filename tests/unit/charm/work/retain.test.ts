import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBackups } from '../../../../src/charm/read-backups.ts'
import { retain } from '../../../../src/charm/work/retain.ts'
import type { BackupJob } from '../../../../src/interfaces/backup-job.ts'
import { type BackupManifest, printManifest } from '../../../../src/interfaces/backup-manifest.ts'
import { type MemoryStore, openMemoryStore } from './memory-store.ts'

const now = Date.UTC(2026, 10, 26, 12)
const hour = 3_600_000
const uuid = '01234567-89ab'
const own = 'prod/etcd-01234567'
const idOf = (hours: number): string => `${new Date(now - hours * hour).toISOString().slice(0, 19)}Z`

function jobOf(more: Partial<BackupJob> = {}): BackupJob {
  const place = {
    kind: 'azure',
    path: 'prod',
    authorities: [],
    endpoint: '',
    account: '',
    container: '',
  } as const
  return {
    token: 't',
    store: { ...place, authorities: [], secretKey: '' },
    proxies: {},
    unit: 'etcd/0',
    application: 'etcd',
    model: { name: 'm', uuid },
    members: [],
    keep: 1,
    keepDays: 0,
    ...more,
  }
}

function backup(id: string, more: Partial<BackupManifest> = {}): Readonly<Record<string, string>> {
  const manifest: BackupManifest = {
    v: 1,
    id,
    application: 'etcd',
    model: 'm',
    modelUuid: uuid,
    etcdVersion: '3.5.30',
    size: 4,
    sha256: 'ab'.repeat(32),
    takenFrom: 'etcd/0',
    takenBy: 'etcd/0',
    startedAt: id,
    finishedAt: id,
    ...more,
  }
  return { [`${own}/${id}/snapshot.db`]: 'data', [`${own}/${id}/manifest.json`]: printManifest(manifest) }
}

async function keptIn(store: MemoryStore, job: BackupJob): Promise<readonly string[]> {
  const rows = await readBackups(store, { path: 'prod', application: 'etcd', modelUuid: uuid, all: false })
  await retain(store, job, rows, now)
  return [...new Set([...store.texts.keys()].map((key) => key.split('/')[2] ?? ''))].sort()
}

test('what is taken before a restore lets go of nothing', async () => {
  const store = () => openMemoryStore({ ...backup(idOf(0)), ...backup(idOf(5)) })
  assert.deepEqual(await keptIn(store(), jobOf()), [idOf(0)])
  assert.deepEqual(await keptIn(store(), jobOf({ keepsAll: true })), [idOf(5), idOf(0)])
})
