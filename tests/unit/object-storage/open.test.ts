import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../../src/object-storage/open.ts'
import { StoreRefused, StoreUnavailable } from '../../../src/object-storage/port.ts'

const place = { path: '', authorities: [] }
const s3 = {
  kind: 's3',
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  bucket: 'backups',
  accessKey: 'AK',
  secretKey: 'hush-hush',
  pathStyle: true,
  storageClass: '',
} as const

test('settings that a store’s client refuses are a failure of the store, in words', async () => {
  // Amazon's temporary keys need a token, which no integrator gives.
  await assert.rejects(openStore({ ...place, ...s3, accessKey: 'ASIAEXAMPLE' }), (error: unknown) => {
    assert.ok(error instanceof StoreRefused)
    assert.match(error.message, /session token/)
    return true
  })
})

test('a key file that holds no key is a failure of the store, and is not told', async () => {
  const serviceAccount = JSON.stringify({
    client_email: 'a@b',
    private_key: 'hush-hush',
    token_uri: 'http://127.0.0.1:1',
  })
  const gcs = {
    kind: 'gcs',
    endpoint: 'http://127.0.0.1:1',
    bucket: 'backups',
    storageClass: '',
    serviceAccount,
  } as const
  const store = await openStore({ ...place, ...gcs })
  await assert.rejects(store.list(''), (error: unknown) => {
    assert.ok(error instanceof StoreRefused)
    assert.doesNotMatch(error.message, /hush-hush/)
    return true
  })
})

test('nobody there is told as such', async () => {
  await assert.rejects((await openStore({ ...place, ...s3 })).list(''), StoreUnavailable)
})

test('authorities that are no certificates are a failure of the store', async () => {
  const authorities = ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----']
  await assert.rejects(openStore({ ...place, ...s3, authorities }), StoreRefused)
})
