import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  backupIdAt,
  folderOf,
  isBackupId,
  manifestKey,
  snapshotKey,
  sourceOf,
} from '../../../src/interfaces/backup-layout.ts'
import { parseManifest, printManifest } from '../../../src/interfaces/backup-manifest.ts'

const now = Date.UTC(2026, 10, 26, 21, 30, 5, 999)
const source = sourceOf('etcd', '0123456789abcdef')

test('a backup is named by when it was begun, in UTC', () => {
  assert.equal(backupIdAt(now), '2026-11-26T21:30:05Z')
  assert.ok(isBackupId('2026-11-26T21:30:05Z'))
  for (const no of ['', '2026-11-26', '2026-13-26T21:30:05Z', '2026-11-26T21:30:05', '../../x'])
    assert.ok(!isBackupId(no), no)
})

test('slashes in the path that the operator gave by mistake are dropped', () => {
  const id = backupIdAt(now)
  for (const path of ['a/b', '/a/b', 'a/b/', '//a//b//'])
    assert.equal(snapshotKey({ path, source, id }), 'a/b/etcd-01234567/2026-11-26T21:30:05Z/snapshot.db')
  for (const path of ['', '/', '//'])
    assert.equal(manifestKey({ path, source, id }), 'etcd-01234567/2026-11-26T21:30:05Z/manifest.json')
  assert.equal(folderOf('/'), '')
})

test('a manifest reads back as it was written, and what a later charm adds is ignored', () => {
  const manifest = {
    v: 1,
    id: '2026-11-26T21:30:05Z',
    application: 'etcd',
    model: 'production',
    modelUuid: '0123456789abcdef',
    etcdVersion: '3.5.30',
    revision: '12',
    size: 20_512,
    sha256: 'ab'.repeat(32),
    takenFrom: 'etcd/1',
    takenBy: 'etcd/0',
    startedAt: '2026-11-26T21:30:05Z',
    finishedAt: '2026-11-26T21:30:07Z',
  } as const
  assert.deepEqual(parseManifest(printManifest(manifest)), manifest)
  assert.deepEqual(parseManifest(JSON.stringify({ ...manifest, enc: { cipher: 'x' } })), manifest)
})

test('what is no manifest is none, and never a failure', () => {
  for (const text of ['', '{', 'null', '[]', '{"v":1}', '{"v":2}'])
    assert.equal(parseManifest(text), undefined)
})
