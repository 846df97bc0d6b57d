// What a provider of a store must not give, or not so much of, and that no password is quoted when it is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../../src/config.ts'
import { azureStorage } from '../../../src/interfaces/azure-storage.ts'
import { gcs } from '../../../src/interfaces/gcs.ts'
import { s3 } from '../../../src/interfaces/s3.ts'
import { longest, splitAuthorities, type Given } from '../../../src/interfaces/store-contract.ts'
import { createAuthority } from '../../../src/tls/authority.ts'

const none = { bucket: '', path: '', authorities: '' }
const authority = await createAuthority({ commonName: 'store', now: new Date(), years: 1 })
const pem = authority.certificate.trim()
const keyFile = JSON.stringify({ client_email: 'a@b', private_key: 'hush' })
const contracts = [
  [s3, { bucket: 'backups', 'access-key': 'AK', 'secret-key': 'SK' }],
  [azureStorage, { container: 'backups', 'storage-account': 'acc', 'secret-key': 'a2V5' }],
  [gcs, { bucket: 'backups', 'secret-key': keyFile }],
] as const

function refusals(more: Given, wishes = none): readonly string[] {
  return contracts.map(([contract, given]) => {
    const reading = contract.read({ ...given, ...more }, {}, wishes)
    return reading.kind === 'invalid' ? reading.because : assert.fail(`${contract.endpoint}: ${reading.kind}`)
  })
}

test('a path with a part . or .. would put backups where no list finds them: the provider’s is refused, and the option', () => {
  for (const path of ['.', '..', './a', 'a/../b', '../other', 'a/..', '/../']) {
    for (const because of refusals({ path })) assert.match(because, /^path .* \. or \.\./, path)
    assert.deepEqual(
      parseConfig({ 'backup-path': path }).problems.map(({ option }) => option),
      ['backup-path'],
      path,
    )
  }
  for (const path of ['a.b', '...', '.a/b..', 'a/...b'])
    for (const [contract, given] of contracts) {
      const reading = contract.read({ ...given, path }, {}, none)
      assert.equal(reading.kind === 'ready' && reading.settings.path, path)
      assert.deepEqual(parseConfig({ 'backup-path': path }).problems, [])
    }
})

test('an endpoint with a password is refused, and no endpoint that is refused is quoted but for its host', () => {
  for (const endpoint of [
    'https://user:hunter2@h:99999',
    'https://user:hunter2@minio.test:9000',
    'https://hunter2@minio.test/below',
    'https://h:99999/?sig=hunter2',
  ])
    for (const because of refusals({ endpoint })) {
      assert.match(because, /^endpoint /)
      assert.doesNotMatch(because, /hunter2/)
    }
  const told = s3.read({ ...contracts[0][1], endpoint: 'ftp://user:hunter2@minio.test:2121' }, {}, none)
  assert.deepEqual(told, {
    kind: 'invalid',
    because: 'endpoint ftp://minio.test:2121 has a user or a password before its host; leave them out',
  })
  const google = gcs.read({ ...contracts[2][1], endpoint: 'https://minio.test:9000//?sig=hunter2' }, {}, none)
  assert.equal(
    google.kind === 'ready' && google.settings.kind === 'gcs' && google.settings.endpoint,
    'https://minio.test:9000',
  )
})

test('an endpoint or a chain that is longer than any is refused', () => {
  for (const because of refusals({ endpoint: `https://h/${'/'.repeat(1_000_000)}x` }))
    assert.equal(because, `endpoint is longer than ${longest.endpoint} characters`)
  const [[, given]] = contracts
  const chain = s3.read({ ...given, 'tls-ca-chain': pem.repeat(1000) }, {}, none)
  assert.deepEqual(chain, {
    kind: 'invalid',
    because: `tls-ca-chain is longer than ${longest.chain} characters`,
  })
  const many = s3.read({ ...given, 'tls-ca-chain': `${pem}\n`.repeat(200) }, {}, none)
  assert.equal(many.kind === 'ready' && many.settings.authorities.length, 200)
})

test('authorities of the option are whole certificates without a key; one that is not leaves the option as it was', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const cutOff = pem.replace(/\n.{64}\n/, '\n')
  for (const text of ['', pem, `# theirs\n${pem}\n${pem}`, base64(pem)])
    assert.deepEqual(parseConfig({ 'backup-ca': text }).problems, [], text)
  for (const text of [
    'theirs',
    cutOff,
    `${pem}\n${cutOff}`,
    `${pem}\n${pem.slice(0, -40)}`,
    pem.slice(0, -40),
    `${pem}\n${authority.privateKey}`,
    base64(`${pem}\n${authority.privateKey}`),
    `${pem}\n${authority.privateKey.slice(0, 60)}`,
    `${pem}\n`.repeat(1000),
  ]) {
    const { inForce, problems } = parseConfig({ 'backup-ca': text }, { 'backup-ca': pem })
    assert.equal(inForce['backup-ca'], pem)
    assert.match(
      problems[0]?.remedy ?? '',
      /^set it to certificates in PEM, each of them whole, without a key/,
    )
  }
})

// Not by the clock: what is quadratic takes hours for so many of them, and the test would not end.
test('a wall of beginnings holds no certificates but those that end', { timeout: 120_000 }, () => {
  const wall = '-----BEGIN CERTIFICATE-----'.repeat(1_000_000)
  assert.equal(splitAuthorities(wall), undefined)
  assert.deepEqual(splitAuthorities(`${pem}${wall}`), [pem])
  assert.equal(splitAuthorities('-----BEGIN CERTIFICATE----------END CERTIFICATE-----'), undefined)
  assert.equal(splitAuthorities(pem.replaceAll('CERTIFICATE', 'PRIVATE KEY')), undefined)
})
