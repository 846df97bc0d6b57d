// What fails on the way to a store is told in a status and in the log: never with what fetch and JSON quote of keys, tokens and addresses.

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { openStore } from '../../../src/object-storage/open.ts'
import { type ObjectStore, StoreFailure } from '../../../src/object-storage/port.ts'
import { kinds, open, startServer } from './strange-server.ts'

async function assertQuiet(store: ObjectStore, secret: RegExp, what: string): Promise<void> {
  await assert.rejects(store.list(''), (error: unknown) => {
    assert.ok(error instanceof StoreFailure, `${what}: ${error}`)
    assert.doesNotMatch(inspect(error), secret, what)
    return true
  })
}

test('an address with a password, or a key with a line end, is not quoted', async () => {
  for (const kind of kinds)
    await assertQuiet(await open(kind, 'http://user:hunter2@127.0.0.1:1'), /hunter2/, kind)
  const s3 = { kind: 's3', endpoint: 'http://127.0.0.1:1', region: '', bucket: 'backups' } as const
  const more = { pathStyle: true, storageClass: '', path: '', authorities: [], secretKey: 'SK' }
  await assertQuiet(await openStore({ ...s3, ...more, accessKey: 'AK\nhunter2' }), /hunter2/, 's3')
})

test('a token that fits into no request, or comes as no JSON, is not quoted, nor is the address that gives it', async () => {
  for (const answer of [JSON.stringify({ access_token: 'ya29.hush\n-hush' }), 'ya29.hush-hush']) {
    await using server = await startServer((_request, response) => void response.end(answer))
    await assertQuiet(await open('gcs', server.url, `${server.url}/other-token`), /hush/, answer)
  }
  await assertQuiet(
    await open('gcs', 'http://127.0.0.1:1', 'http://user:hush@127.0.0.1:1/'),
    /hush/,
    'address',
  )
})
