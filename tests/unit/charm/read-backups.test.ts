// Which objects are asked for when one backup is looked for, in a bucket that others use as well and whose key may be for one folder alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSources, readBackup, readBackups } from '../../../src/charm/read-backups.ts'
import { printManifest } from '../../../src/interfaces/backup-manifest.ts'
import { type ObjectStore, StoreDenied, StoreRefused } from '../../../src/object-storage/port.ts'

const id = '2026-11-26T21:30:05Z'
const own = 'etcd-01234567'
const other = 'other-89abcdef'

function manifestText(application: string): string {
  return printManifest({
    v: 1,
    id,
    application,
    model: 'm',
    modelUuid: 'u',
    etcdVersion: '3.5.30',
    size: 3,
    startedAt: id,
    finishedAt: id,
    sha256: 'ab'.repeat(32),
    takenFrom: 'etcd/1',
    takenBy: 'etcd/0',
  })
}

const objects = new Map([
  [`prod/${own}/${id}/snapshot.db`, 'abc'],
  [`prod/${own}/${id}/manifest.json`, manifestText('etcd')],
  [`prod/${other}/${id}/snapshot.db`, 'abc'],
  [`prod/${other}/${id}/manifest.json`, manifestText('other')],
  ['prod/monday', 'abcd'],
  ['prod/logs/monday', 'abcd'],
])

/** Keys and prefixes that it allows to ask for; the others are denied. */
function storeThatAllows(allowed: (key: string) => boolean) {
  const asked: string[] = []
  const ask = (call: string, key: string): void => {
    asked.push(`${call} ${key}`)
    if (!allowed(key)) throw new StoreDenied('you may not', { call: `${call} ${key}`, code: 'AccessDenied' })
  }
  const row = (key: string, text: string) => ({ key, size: text.length, modified: 0, etag: '' })
  const store: ObjectStore = {
    put: () => Promise.reject(new Error('nothing is put')),
    delete: () => Promise.reject(new Error('nothing is deleted')),
    async get(key) {
      ask('get', key)
      const text = objects.get(key) ?? ''
      return (async function* () {
        yield Buffer.from(text)
      })()
    },
    async head(key) {
      ask('head', key)
      const text = objects.get(key)
      return text === undefined ? undefined : row(key, text)
    },
    async list(prefix, { delimiter } = {}) {
      ask('list', prefix)
      const found = [...objects].filter(([key]) => key.startsWith(prefix))
      const isBelow = (key: string) => delimiter !== undefined && key.slice(prefix.length).includes('/')
      const folders = found.filter(([key]) => isBelow(key)).map(([key]) => key.slice(prefix.length))
      return {
        objects: found.filter(([key]) => !isBelow(key)).map(([key, text]) => row(key, text)),
        prefixes: [...new Set(folders.map((key) => `${prefix}${key.split('/')[0]}/`))],
      }
    },
  }
  return { store, asked }
}

const sought = { path: '/prod/', source: own, id }

test('a key for the own folder alone is enough to find a backup of it', async () => {
  const { store, asked } = storeThatAllows((key) => key.startsWith(`prod/${own}/`))
  const row = await readBackup(store, sought)
  assert.equal(row?.state, 'complete')
  assert.deepEqual(asked, [`list prod/${own}/${id}/`, `get prod/${own}/${id}/manifest.json`])
  const gone = { ...sought, id: '2026-01-01T00:00:00Z' }
  assert.equal(await readBackup(store, gone), undefined, 'and to say that there is none')
  await assert.rejects(findSources(store, gone), StoreDenied)
})

test('a backup of another source, or what lies by itself, is found where it would lie', async () => {
  const { store, asked } = storeThatAllows(() => true)
  assert.equal((await readBackup(store, { ...sought, source: other }))?.manifest?.application, 'other')
  const { state, size } = (await readBackup(store, { ...sought, id: 'monday' })) ?? {}
  assert.deepEqual([state, size], ['foreign', 4])
  for (const name of ['', '.', '..', 'logs/monday', 'tuesday'])
    assert.equal(await readBackup(store, { ...sought, id: name }), undefined, name)
  assert.ok(!asked.includes('list prod/'), 'nobody lists the whole path')
})

test('whoever has it is told by one list of folders and a look at each that is a source', async () => {
  const { store, asked } = storeThatAllows((key) => !key.startsWith(`prod/${other}/`))
  assert.deepEqual(await findSources(store, sought), [own], 'one that may not be looked at is no failure')
  assert.deepEqual(asked, [
    'list prod/',
    `head prod/${own}/${id}/snapshot.db`,
    `head prod/${other}/${id}/snapshot.db`,
  ])
  assert.deepEqual(await findSources(store, { ...sought, id: 'monday' }), [])
})

test('a manifest of others that can not be read makes that one partial; an own one fails the list', async () => {
  const whose = { path: 'prod', application: 'etcd', modelUuid: '0123456789', all: true }
  const unread: string[] = []
  const { store } = storeThatAllows((key) => key !== `prod/${other}/${id}/manifest.json`)
  const rows = await readBackups(store, whose, ({ message }) => unread.push(message))
  assert.deepEqual(
    rows.map(({ source, state }) => [source, state]),
    [
      [own, 'complete'],
      ['', 'foreign'],
      [other, 'partial'],
    ],
  )
  assert.deepEqual(unread, [`get prod/${other}/${id}/manifest.json: you may not (AccessDenied)`])
  const refusing = storeThatAllows((key) => key !== `prod/${own}/${id}/manifest.json`)
  await assert.rejects(readBackups(refusing.store, whose), (error) => !(error instanceof StoreRefused))
})
