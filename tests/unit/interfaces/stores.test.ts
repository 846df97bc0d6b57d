// The rows are what providers of the field write, as facts about them were recorded: three dialects of `s3`, two of `azure_storage`, `gcs`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { azureStorage } from '../../../src/interfaces/azure-storage.ts'
import { gcs } from '../../../src/interfaces/gcs.ts'
import { s3 } from '../../../src/interfaces/s3.ts'
import type { Given, StoreContract, StoreReading } from '../../../src/interfaces/store-contract.ts'
import { createAuthority } from '../../../src/tls/authority.ts'

const none = { bucket: '', path: '', authorities: '' }
const [pem, other] = await Promise.all([certificate(), certificate()])
const keys = { 'access-key': 'AK', 'secret-key': 'SK' }

async function certificate(): Promise<string> {
  const made = await createAuthority({ commonName: 'store', now: new Date(), years: 1 })
  return made.certificate.trim()
}

function ready(contract: StoreContract, given: Given, secret: Given = {}, wishes = none) {
  const reading: StoreReading = contract.read(given, secret, wishes)
  assert.equal(reading.kind, 'ready', JSON.stringify(reading))
  return reading.kind === 'ready' ? reading.settings : assert.fail()
}

function s3Of(given: Given, secret: Given = keys, wishes = none) {
  const settings = ready(
    s3,
    { bucket: 'backups', endpoint: 'https://minio.test:9000', ...given },
    secret,
    wishes,
  )
  return settings.kind === 's3' ? settings : assert.fail()
}

test('the keys of S3 come in a secret, or beside the rest as the first version gave them', () => {
  for (const settings of [s3Of({}, keys), s3Of(keys, {})])
    assert.deepEqual([settings.accessKey, settings.secretKey, settings.bucket], ['AK', 'SK', 'backups'])
})

test('what a provider of S3 has not given yet is named, an empty text being as good as none', () => {
  assert.deepEqual(s3.read({}, {}, none), {
    kind: 'incomplete',
    missing: ['access-key', 'secret-key', 'bucket'],
  })
  assert.deepEqual(s3.read({ bucket: ' ', 'access-key': '' }, keys, none), {
    kind: 'incomplete',
    missing: ['bucket'],
  })
})

test('a requirer of S3 asks for secrets, names no place unless the operator did, and one of its own to the first version', () => {
  const asked = { 'requested-secrets': '["access-key","secret-key"]', version: '1', 'lib-version': '1.0' }
  assert.deepEqual(s3.ask({}, none, 7), asked)
  assert.deepEqual(s3.ask({ version: '1' }, none, 7), asked)
  assert.deepEqual(s3.ask({ 'lib-version': '1.0', data: '{}' }, none, 7), asked)
  assert.deepEqual(s3.ask({ data: '{}' }, none, 7), { ...asked, bucket: 'relation-7' })
  const wished = { ...none, bucket: 'mine', path: 'deep/er' }
  assert.deepEqual(s3.ask({ data: '{}' }, wished, 7), { ...asked, bucket: 'mine', path: 'deep/er' })
})

test('authorities come as a JSON list of PEM texts, in base64, or as one text, and the option adds to them', () => {
  const base64 = Buffer.from(pem).toString('base64')
  for (const chain of [
    JSON.stringify([pem]),
    JSON.stringify([base64]),
    pem,
    base64,
    JSON.stringify([`${pem}\n`]),
  ])
    assert.deepEqual(s3Of({ 'tls-ca-chain': chain }).authorities, [pem], chain)
  for (const chain of ['', '[]', undefined])
    assert.deepEqual(s3Of(chain === undefined ? {} : { 'tls-ca-chain': chain }).authorities, [])
  assert.deepEqual(s3Of({ 'tls-ca-chain': `${pem}\n${other}` }).authorities, [pem, other])
  assert.deepEqual(s3Of({ 'tls-ca-chain': pem }, keys, { ...none, authorities: other }).authorities, [
    pem,
    other,
  ])
  const given = { bucket: 'backups', 'tls-ca-chain': '["nonsense"]' }
  assert.equal(s3.read(given, keys, none).kind, 'invalid')
})

test('the bucket is in the path where it can be no part of the host, and where the provider does not say otherwise', () => {
  const styles = [
    ['https://minio.test', '', 'b', true],
    ['https://10.0.0.1:9000', 'host', 'b', true],
    ['https://[fd00::1]:9000', 'host', 'b', true],
    ['https://minio.test', 'host', 'bucket', false],
    ['https://minio.test', 'virtual', 'bucket', false],
    ['https://minio.test', 'host', 'with.dots', true],
    ['https://minio.test/below', 'host', 'bucket', true],
    ['https://s3.eu-west-1.amazonaws.com', '', 'bucket', false],
    ['https://s3.eu-west-1.amazonaws.com', 'path', 'bucket', true],
    ['https://s3.eu-west-1.amazonaws.com', '', 'with.dots', true],
    ['', '', 'bucket', false],
  ] as const
  for (const [endpoint, style, bucket, path] of styles)
    assert.equal(
      s3Of({ endpoint, 's3-uri-style': style, bucket }).pathStyle,
      path,
      `${endpoint} ${style} ${bucket}`,
    )
})

test('an endpoint may have no scheme, and none is the one of Amazon for the region', () => {
  assert.equal(s3Of({ endpoint: 'minio.test:9000' }).endpoint, 'https://minio.test:9000')
  assert.equal(s3Of({ endpoint: 'http://minio.test/' }).endpoint, 'http://minio.test')
  assert.equal(s3Of({ endpoint: '', region: 'eu-west-1' }).endpoint, 'https://s3.eu-west-1.amazonaws.com')
  assert.equal(s3Of({ endpoint: '', region: '' }).endpoint, 'https://s3.us-east-1.amazonaws.com')
  for (const endpoint of ['ftp://x', 'https://', 'https://a b'])
    assert.equal(s3.read({ bucket: 'backups', endpoint }, keys, none).kind, 'invalid', endpoint)
})

test("the operator's path goes before the provider's, without stray slashes", () => {
  assert.equal(s3Of({ path: '/a//b/' }).path, 'a/b')
  assert.equal(s3Of({ path: 'a' }, keys, { ...none, path: '/mine/' }).path, 'mine')
  assert.equal(s3Of({ path: '/' }).path, '')
})

test('the blob service of an account is found by whatever the provider calls its address', () => {
  const base = { container: 'backups', 'storage-account': 'acc' }
  const rows = [
    [{}, 'https://acc.blob.core.windows.net'],
    [
      { 'connection-protocol': 'abfss', endpoint: 'abfss://backups@acc.dfs.core.windows.net/' },
      'https://acc.blob.core.windows.net',
    ],
    [
      { 'connection-protocol': 'wasb', endpoint: 'wasb://backups@acc.blob.core.windows.net/' },
      'http://acc.blob.core.windows.net',
    ],
    [
      { 'connection-protocol': 'https', endpoint: 'https://acc.blob.core.windows.net/backups' },
      'https://acc.blob.core.windows.net',
    ],
    [
      { 'connection-protocol': 'https', endpoint: 'https://acc.dfs.core.windows.net/backups/' },
      'https://acc.blob.core.windows.net',
    ],
    [{ 'connection-protocol': 'http', endpoint: 'http://10.0.0.1:10000/acc' }, 'http://10.0.0.1:10000/acc'],
    [
      { 'connection-protocol': 'http', endpoint: 'http://10.0.0.1:10000/acc/backups' },
      'http://10.0.0.1:10000/acc',
    ],
  ] as const
  for (const [more, endpoint] of rows) {
    const settings = ready(azureStorage, { ...base, ...more }, { 'secret-key': 'a2V5' })
    assert.equal(settings.kind === 'azure' && settings.endpoint, endpoint, JSON.stringify(more))
  }
  assert.deepEqual(azureStorage.read(base, {}, none), { kind: 'incomplete', missing: ['secret-key'] })
  assert.deepEqual(azureStorage.ask({ data: '{}' }, none, 3).container, 'relation-3')
  assert.equal(azureStorage.ask({ version: '1' }, none, 3).container, undefined)
})

test('a key file of a service account says where its cloud is, and what is none is refused without being told', () => {
  const file = { client_email: 'a@b', private_key: 'hush', token_uri: 'https://t' }
  const read = (text: string) => gcs.read({ bucket: 'backups' }, { 'secret-key': text }, none)
  const google = read(JSON.stringify(file))
  assert.equal(
    google.kind === 'ready' && google.settings.kind === 'gcs' && google.settings.endpoint,
    'https://storage.googleapis.com',
  )
  const ownCloud = read(JSON.stringify({ ...file, universe_domain: 'cloud.test' }))
  assert.equal(
    ownCloud.kind === 'ready' && ownCloud.settings.kind === 'gcs' && ownCloud.settings.endpoint,
    'https://storage.cloud.test',
  )
  const refused = read('hush')
  assert.equal(refused.kind, 'invalid')
  assert.doesNotMatch(JSON.stringify(refused), /hush/)
  assert.deepEqual(gcs.read({}, {}, none), { kind: 'incomplete', missing: ['bucket', 'secret-key'] })
})
