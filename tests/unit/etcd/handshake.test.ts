// What a member with each kind of truststore says to its administrator, and what it says of itself meanwhile.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { shakeHands } from '../../../src/etcd/handshake.ts'
import { readHealth } from '../../../src/etcd/health.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'
import { createAuthority, issue } from './certificates.ts'
import { freePort, startEtcd } from './etcd-server.ts'

test('a member that is locked up by its truststore is told from one that refuses one certificate, and from none', async (t) => {
  await using plain = await startEtcd()
  const root = plain.credentials('root')
  const authority = readFileSync(plain.authority.certificatePath, 'utf8')
  const server = issue(plain.authority, 'server', { names: 'IP:127.0.0.1,DNS:localhost' })
  const startWith = (name: string, bundle: string) => {
    const trustedCa = join(plain.folder, name)
    writeFileSync(trustedCa, bundle)
    const crl = join(plain.folder, 'client.crl')
    return startEtcd({
      clientTls: { certificate: server.certificatePath, key: server.keyPath, trustedCa, crl },
    })
  }

  await t.test('let in', async () => {
    assert.deepEqual(await shakeHands(plain.endpoint, root), { kind: 'let-in' })
  })

  await t.test('revoked: failed', async () => {
    const serial = '4711'
    const revoked = issue(plain.authority, 'revoked', { serial })
    await plain.replaceRevocationList([serial])
    const of = {
      ca: authority,
      certificate: readFileSync(revoked.certificatePath, 'utf8'),
      privateKey: readFileSync(revoked.keyPath, 'utf8'),
    }
    assert.equal((await shakeHands(plain.endpoint, of)).kind, 'failed')
    assert.equal((await shakeHands(plain.endpoint, root)).kind, 'let-in')
  })

  await t.test('nobody there: absent', async () => {
    const nowhere = `https://127.0.0.1:${await freePort()}`
    assert.equal((await shakeHands(nowhere, root)).kind, 'absent')
  })

  await t.test('66 kB of subjects: locked out, and healthy by its own word', async () => {
    const organization = 'm'.repeat(7_000)
    const large = await Promise.all(
      Array.from({ length: 10 }, () => issueCertificate({ commonNames: ['large'], organization })),
    )
    const bundle = authority + large.map(({ certificate }) => certificate).join('')
    await using locked = await startWith('large.pem', bundle)
    assert.equal((await shakeHands(locked.endpoint, root)).kind, 'locked-out')
    assert.deepEqual(await readHealth(locked.metricsUrl), { healthy: true })
    assert.match(locked.log(), /pending child length \d+ exceeds 2-byte length prefix/)
  })

  await t.test('without the administrator’s authority: locked out', async () => {
    const other = readFileSync(createAuthority(plain.folder, 'other').certificatePath, 'utf8')
    await using locked = await startWith('other.pem', other)
    assert.equal((await shakeHands(locked.endpoint, root)).kind, 'locked-out')
  })
})
