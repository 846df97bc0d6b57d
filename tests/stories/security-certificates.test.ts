// Certificates that would be more than one client's own if etcd trusted them. etcd itself lets most of them through
// (facts/etcd.md §8), so for each the client connects, with its own key and as everybody whom its certificate could make.

import assert from 'node:assert/strict'
import { makeOddCertificate, type OddShape, soundShape } from '../fixtures/odd-certificate.ts'
import { sequence, tlv } from '../fixtures/odd-der.ts'
import { type Issued, issueCertificate, type Shape } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { lookAtEtcd, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'

const commonNames = ['mallory']

/** A certificate that signs others, by what makes it able to; the last ones can't, whatever they sign. */
const signers: readonly (readonly [string, Partial<Shape>, 'refused' | 'accepted'])[] = [
  ['CA:TRUE (C10)', { constraints: 'authority', usage: 'certificates' }, 'refused'],
  ['CA:TRUE without a key usage (C10)', { constraints: 'authority', usage: 'none' }, 'refused'],
  ['CA:TRUE with path length 0', { constraints: 'authority-of-leaves', usage: 'certificates' }, 'refused'],
  ['CA:TRUE, but a key usage without keyCertSign', { constraints: 'authority' }, 'refused'],
  ['CA:FALSE with keyCertSign (C11)', { usage: 'certificates' }, 'refused'],
  ['no basicConstraints, with keyCertSign (C11)', { constraints: 'none', usage: 'certificates' }, 'refused'],
  ['X.509 v1', { version: 1 }, 'refused'],
  ['v3 without basicConstraints (C11)', { constraints: 'none' }, 'accepted'],
  ['v3 without any of the two (C11)', { constraints: 'none', usage: 'none' }, 'accepted'],
  ['an end entity', {}, 'accepted'],
]

/** Certificates that stop etcd at its next start, or every handshake, were they in its truststore (facts/etcd.md §8.4). */
const breakers: readonly (readonly [string, () => Promise<string>])[] = [
  ['secp256k1', async () => (await issueCertificate({ commonNames, key: 'secp256k1' })).certificate],
  ['brainpool', async () => (await issueCertificate({ commonNames, key: 'brainpoolP256r1' })).certificate],
  ['rubbish in a CERTIFICATE block (C12)', async () => pem('CERTIFICATE', Buffer.alloc(300, 0x30))],
  ['half a certificate (C12)', async () => halve((await issueCertificate({ commonNames })).certificate)],
  ['text (C12)', async () => 'no certificate'],
  ['a private key', async () => (await issueCertificate({ commonNames })).privateKey],
  ['a private key behind the certificate', async () => joined(await issueCertificate({ commonNames }))],
  [
    'a common name of 70 kB',
    async () => (await issueCertificate({ commonNames: ['m'.repeat(70_000)] })).certificate,
  ],
  [
    'an organization of 7 kB',
    async () => (await issueCertificate({ commonNames, organization: 'm'.repeat(7_000) })).certificate,
  ],
]

/** Certificates that etcd would load and no TLS client may use, and one whose refusal could be longer than all else together. */
const useless: readonly (readonly [string, Partial<OddShape>])[] = [
  ['a signature by MD5', { algorithm: 'rsa-md5' }],
  ['a signature by SHA-1', { algorithm: 'rsa-sha1' }],
  ['a signature by an unknown algorithm', { algorithm: 'unknown' }],
  ['an RSA key that everybody can sign for', { key: 'rsa with exponent 1' }],
  ['an extension whose name has seven kilobytes', { extensions: [wordyExtension()] }],
]

function wordyExtension(): Buffer {
  const name = Buffer.concat([Buffer.from([0x2a]), Buffer.alloc(7_000, 0x01)])
  return sequence(tlv(0x06, name), tlv(0x01, Buffer.from([0xff])), tlv(0x04, Buffer.alloc(0)))
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`
}

function halve(certificate: string): string {
  const der = Buffer.from(certificate.replace(/-----[^-]*-----/g, ''), 'base64')
  return pem('CERTIFICATE', der.subarray(0, der.length / 2))
}

function joined({ certificate, privateKey }: Issued): string {
  return `${certificate}\n${privateKey}`
}

story('no certificate is good for more than its own client', {}, async ({ model, step }) => {
  const { web, mallory } = await deployIntruder(model)

  for (const [name, shape, verdict] of signers) {
    await step(`${name} is ${verdict}, and a child CN=root that it signed gets in nowhere`, async () => {
      const signer = await issueCertificate({ commonNames, ...shape })
      const child = await issueCertificate({ commonNames: ['root'], issuer: signer })
      const impostor = await issueCertificate({ commonNames: ['web'], issuer: signer })
      assert.deepEqual(await reachOf(model, signer), [], 'before')
      await send(model, signer.certificate)
      assert.deepEqual(await reachOf(model, signer), verdict === 'accepted' ? own : [])
      for (const offspring of [child, impostor]) {
        assert.deepEqual(await reachOf(model, { ...offspring, chain: signer.certificate }), [])
        assert.deepEqual(await reachOf(model, offspring), [])
      }
      await assertServed(model, web, 'web')
    })
  }

  await step(
    'of a chain only the first certificate counts: its CA and the CA’s others stay out',
    async () => {
      const ca = await issueCertificate({
        commonNames: ['ca'],
        constraints: 'authority',
        usage: 'certificates',
      })
      const leaf = await issueCertificate({ commonNames, issuer: ca })
      const others = await Promise.all(
        ['mallory', 'web', 'root'].map((name) => issueCertificate({ commonNames: [name], issuer: ca })),
      )
      await send(model, `${leaf.certificate}\n${ca.certificate}`)
      assert.deepEqual(await reachOf(model, leaf), own)
      for (const other of [...others, ca]) {
        assert.deepEqual(await reachOf(model, other), [])
        assert.deepEqual(await reachOf(model, { ...other, chain: ca.certificate }), [])
      }
      // Issued by whom another client trusts does not help either.
      await send(model, `${ca.certificate}\n${leaf.certificate}`)
      for (const one of [...others, ca, leaf]) assert.deepEqual(await reachOf(model, one), [])
    },
  )

  for (const [name, make] of breakers) {
    await step(`${name} is refused in words, and etcd starts anew as if nothing had come`, async () => {
      await send(model, await make())
      assert.match((await model.application('etcd')).status.message, /^relation \d+ \(mallory\): .+; .+/)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
      const { service } = await workloadOn(model, 'etcd/leader')
      const { code, stderr } = await model.exec('etcd/leader', ['systemctl', 'restart', service])
      assert.equal(code, 0, stderr)
      await model.updateStatus()
      await assertServed(model, web, 'web')
    })
  }

  for (const [name, shape] of useless) {
    await step(`${name} is refused in a line`, async () => {
      await send(model, makeOddCertificate({ ...soundShape('mallory'), ...shape }).pem)
      assert.match(
        (await model.application('etcd')).status.message,
        /^relation \d+ \(mallory\): [\x20-\x7e…]{10,800}$/,
      )
      assert.ok(((await model.databag(mallory, 'etcd')).status ?? '').length < 500)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
      await assertServed(model, web, 'web')
    })
  }

  await assertNoFailedHooks(model)
})
