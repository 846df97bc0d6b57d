import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellBackups } from '../../../../src/charm/actions/list-backups.ts'
import { type BackupRow, sortRows } from '../../../../src/charm/plan/backup/listing.ts'

const own = 'etcd-01234567'

function rowsOf(source: string, count: number, takenBy = 'etcd/0'): readonly BackupRow[] {
  return Array.from({ length: count }, (_, at) => {
    const id = new Date(Date.UTC(2026, 0, 1, at)).toISOString().replace('.000', '')
    const times = { startedAt: id, finishedAt: id }
    const whose = { application: 'etcd', model: 'm', modelUuid: 'u', takenFrom: 'etcd/1', takenBy }
    const facts = { etcdVersion: '3.5.30', size: 10, revision: '1000000000' }
    const manifest = { v: 1, id, ...times, ...whose, ...facts, sha256: 'ab'.repeat(32) } as const
    return { id, source, state: 'complete', size: 10, manifest, etag: undefined }
  })
}

test('a few are told whole', () => {
  const told = tellBackups([...rowsOf(own, 3), ...rowsOf('other-1', 2)], own)
  assert.deepEqual(Object.keys(told), ['backups', 'json'])
  assert.match(told.backups ?? '', /\n\nof other-1:\n/)
  assert.equal(JSON.parse(told.json ?? '').length, 5)
  assert.deepEqual(tellBackups([], own), { backups: 'none', json: '[]' })
})

test('whatever the store holds, each result fits into one argument, and what is left out is named', () => {
  const others = Array.from({ length: 60 }, (_, at) => rowsOf(`app-${String(at).padStart(8, '0')}`, 100))
  const loose = rowsOf('', 3000).map((row): BackupRow => ({ ...row, state: 'foreign', manifest: undefined }))
  const strange = rowsOf('strange-1', 40, 'x'.repeat(60_000))
  const rows = sortRows([...rowsOf(own, 100), ...others.flat(), ...strange, ...loose], own)
  const told = tellBackups(rows, own)
  for (const [name, text] of Object.entries(told)) assert.ok(Buffer.byteLength(text) < 130_000, name)
  assert.match(told.backups ?? '', /^backup-id /, 'its own are there')
  assert.ok((told.backups ?? '').length > 80_000, 'and as much as fits')
  const inJson = JSON.parse(told.json ?? '')
  assert.equal(inJson[0].source, own)
  assert.match(
    told.left ?? '',
    new RegExp(
      `^\\d{4} backups of \\d+ other sources are not in the table; list-backups source=… prints one of app-\\d{8}, .* and \\d+ more; json has ${inJson.length} of 9140; `,
    ),
  )
})
