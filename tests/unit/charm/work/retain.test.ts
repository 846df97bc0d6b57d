import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBackupsOf } from '../../../../src/charm/read-backups.ts'
import { retain, type ToRetain } from '../../../../src/charm/work/retain.ts'
import type { BackupJob } from '../../../../src/interfaces/backup-job.ts'
import { type BackupManifest, printManifest } from '../../../../src/interfaces/backup-manifest.ts'
import { type MemoryStore, openMemoryStore } from './memory-store.ts'

const now = Date.UTC(2026, 10, 26, 12)
const hour = 3_600_000
const uuid = '01234567-89ab'
const source = 'etcd-01234567'
const own = `prod/${source}`
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
    clusterId: '1',
    takenFrom: 'etcd/0',
    takenBy: 'etcd/0',
    startedAt: id,
    finishedAt: id,
    ...more,
  }
  return { [`${own}/${id}/snapshot.db`]: 'data', [`${own}/${id}/manifest.json`]: printManifest(manifest) }
}

async function keptIn(
  store: MemoryStore,
  job: BackupJob,
  { cluster = { clusterId: '1' }, written = idOf(0) }: Partial<ToRetain> = {},
): Promise<readonly string[]> {
  const rows = await readBackupsOf(store, 'prod', source)
  await retain(store, job, { rows, cluster, written, now })
  return [...new Set([...store.texts.keys()].map((key) => key.split('/')[2] ?? ''))].sort()
}

test('what is taken before a restore lets go of nothing', async () => {
  const store = () => openMemoryStore({ ...backup(idOf(0)), ...backup(idOf(5)) })
  assert.deepEqual(await keptIn(store(), jobOf()), [idOf(0)])
  assert.deepEqual(await keptIn(store(), jobOf({ keepsAll: true })), [idOf(5), idOf(0)])
})

test('the backups of a cluster that was lost stay, whatever the one that has its name and folder takes', async () => {
  const lost = [30, 40].map((hours) => backup(idOf(hours), { clusterId: '7', founding: 'lost' }))
  const anew = [0, 1, 2].map((hours) => backup(idOf(hours), { founding: 'anew' }))
  const store = openMemoryStore(
    Object.assign(
      {},
      ...lost,
      ...anew,
      backup(idOf(50), { raw: true, founding: 'lost', clusterId: undefined }),
    ),
  )
  const kept = await keptIn(store, jobOf(), { cluster: { clusterId: '1', founding: 'anew' } })
  assert.deepEqual(kept, [50, 40, 30, 0].map(idOf))
})

test('so they do where both clusters have the first token of a charm of before', async () => {
  const founding = 'first'
  const lost = [30, 40].map((hours) => backup(idOf(hours), { clusterId: '7', founding }))
  const anew = [0, 1].map((hours) => backup(idOf(hours), { founding }))
  const store = openMemoryStore(Object.assign({}, ...lost, ...anew))
  const kept = await keptIn(store, jobOf(), { cluster: { clusterId: '1', founding } })
  assert.deepEqual(kept, [40, 30, 0].map(idOf))
})

test('only what has no manifest at all is swept as remains, and that after a day', async () => {
  const [unreadable, alone, fresh, torn] = [idOf(60), idOf(50), idOf(3), idOf(40)]
  const store = openMemoryStore({
    ...backup(idOf(0)),
    ...backup(torn, { size: 5 }),
    [`${own}/${unreadable}/snapshot.db`]: 'data',
    [`${own}/${unreadable}/manifest.json`]: '<html>the proxy says no</html>',
    [`${own}/${alone}/snapshot.db`]: 'da',
    [`${own}/${fresh}/snapshot.db`]: 'da',
  })
  assert.deepEqual(await keptIn(store, jobOf()), [unreadable, torn, fresh, idOf(0)])
})

test('a manifest that the store says to be the same is not read twice', async () => {
  const store = openMemoryStore({ ...backup(idOf(0)), ...backup(idOf(5)) })
  const before = await readBackupsOf(store, 'prod', source)
  assert.equal(store.asked.length, 2)
  for (const [key, text] of Object.entries(backup(idOf(5), { verifiedAt: idOf(1) })))
    store.texts.set(key, text)
  const after = await readBackupsOf(store, 'prod', source, before)
  assert.equal(store.asked.length, 3, 'the one that changed')
  assert.deepEqual(
    after.map(({ state }) => state),
    ['complete', 'verified'],
  )
})

test('backups of a time to come, by a clock that was ahead, push out none and do not go', async () => {
  const ahead = [-24, -48].map(idOf)
  const store = () =>
    openMemoryStore(Object.assign({}, ...[...ahead, ...[0, 5, 9].map(idOf)].map((id) => backup(id))))
  assert.deepEqual(await keptIn(store(), jobOf({ keep: 2 })), [idOf(5), idOf(0), ...ahead])
  // By a clock that is behind now, what was taken before is of a time to come.
  const soon = idOf(-0.5)
  const behind = openMemoryStore({ ...backup(idOf(0)), ...backup(soon) })
  assert.deepEqual(await keptIn(behind, jobOf()), [idOf(0), soon], 'what was just taken stays')
})
