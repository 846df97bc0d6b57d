import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Examined,
  type SnapshotTried,
  whyNotTaken,
  whyNotUsable,
} from '../../../../../src/charm/plan/restore/verdict.ts'
import type { BackupManifest } from '../../../../../src/interfaces/backup-manifest.ts'

const at = '2026-11-26T21:30:05Z'
const manifest: BackupManifest = {
  v: 1,
  id: at,
  application: 'etcd',
  model: 'demo',
  modelUuid: 'uuid',
  etcdVersion: '3.5.30',
  size: 8224,
  sha256: 'a'.repeat(64),
  revision: '7',
  hashKv: '42',
  takenFrom: 'etcd/0',
  takenBy: 'etcd/0',
  startedAt: at,
  finishedAt: at,
}

const sound: Examined = {
  file: {
    size: 8224,
    sha256: 'a'.repeat(64),
    seal: 'right',
    database: { version: '3.5.0', authentication: true, users: [] },
  },
  manifest,
  version: '3.5.30',
  force: false,
}
const { database } = sound.file
const raw = { ...sound.file, size: 8192, seal: 'none' } as const
const rawManifest = { ...manifest, size: 8192, raw: true }

const files: readonly (readonly [string, Partial<Examined>, RegExp | undefined])[] = [
  ['what is sound', {}, undefined],
  ['what is sound, without a manifest', { manifest: undefined }, undefined],
  ['another size', { file: { ...sound.file, size: 8736 } }, /its manifest was written for/],
  ['another digest', { file: { ...sound.file, sha256: 'b' } }, /its manifest was written for/],
  ['a wrong seal', { file: { ...sound.file, seal: 'wrong' }, force: true }, /damaged or cut off/],
  [
    'a cut within a page',
    { file: { ...raw, size: 8000 }, manifest: undefined, force: true },
    /damaged or cut off/,
  ],
  ['no database', { file: { ...raw, database: undefined }, manifest: undefined, force: true }, /no snapshot/],
  ['a raw copy', { file: raw, manifest: undefined }, /nothing proves it whole.*force=true/],
  ['a raw copy by force', { file: raw, manifest: undefined, force: true }, undefined],
  ['a raw copy that its manifest proves', { file: raw, manifest: rawManifest }, undefined],
  [
    'a later minor by its file',
    { file: { ...sound.file, database: { ...database, version: '3.6.0', authentication: true, users: [] } } },
    /etcd 3\.6\.0 wrote it/,
  ],
  [
    'a later minor by its manifest',
    { manifest: { ...manifest, etcdVersion: '3.10.1' }, force: true },
    /etcd 3\.10\.1 wrote it/,
  ],
  ['a later major', { manifest: { ...manifest, etcdVersion: '4.0.0' } }, /etcd 4\.0\.0 wrote it/],
  ['a later patch', { manifest: { ...manifest, etcdVersion: '3.5.99' } }, undefined],
  ['an earlier minor', { version: '3.10.0' }, undefined],
]

for (const [name, more, refusal] of files)
  test(`${name} is ${refusal ? 'refused' : 'taken'}`, () => {
    const why = whyNotTaken({ ...sound, ...more })
    if (refusal) assert.match(why ?? 'taken', refusal)
    else assert.equal(why, undefined)
  })

const runs: Extract<SnapshotTried, { kind: 'runs' }> = {
  kind: 'runs',
  revision: 7n,
  keys: 1n,
  databaseBytes: 8192n,
  authentication: true,
  alarms: ['no-space'],
  hash: '42',
}

const trials: readonly (readonly [string, SnapshotTried, Partial<Examined>, RegExp | undefined])[] = [
  ['what runs, an alarm for want of space in it', runs, {}, undefined],
  ['what etcd ends with', { kind: 'unusable', words: 'panic' }, {}, /does not run with it: panic/],
  ['an alarm for damage', { ...runs, alarms: ['corrupt'] }, {}, /CORRUPT/],
  ['an earlier revision', { ...runs, revision: 6n }, {}, /revision 6, and its manifest says 7/],
  [
    'a later one, since clients wrote after the member was asked',
    { ...runs, revision: 8n, hash: '43' },
    {},
    undefined,
  ],
  ['another hash', { ...runs, hash: '43' }, {}, /hash of its keys/],
  ['the hash of another line of etcd', { ...runs, hash: '43' }, { version: '3.6.1' }, undefined],
  ['another revision, and no manifest', { ...runs, revision: 8n }, { manifest: undefined }, undefined],
]

for (const [name, tried, more, refusal] of trials)
  test(`${name}: ${refusal ? 'refused' : 'taken'} once it was tried`, () => {
    const why = whyNotUsable(tried, { ...sound, ...more })
    if (refusal) assert.match(why ?? 'taken', refusal)
    else assert.equal(why, undefined)
  })
