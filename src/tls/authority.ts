// The charm's own certificate authorities. What a certificate says is its caller's decision; from a request comes the public
// key alone.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import type { asn1 } from 'node-forge'
import { addressBytes } from './address.ts'
import { bytesOf, type Der, openDer, partsOf } from './der.ts'
import { createPrivateKeyPem } from './key.ts'
import { writeName } from './name.ts'
import { writePem } from './pem.ts'
import { readRequestKey } from './request.ts'

export interface Authority {
  readonly certificate: string
  readonly privateKey: string
}

export type Profile = 'server' | 'peer' | 'admin'

const day = 24 * 60 * 60 * 1000
/** Clocks differ. */
const skew = 5 * 60 * 1000

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

/** A server's certificate is no client's, and the admin's no server's; members are both to each other. */
const usages: Readonly<Record<Profile, readonly string[]>> = {
  server: [oids.serverAuth],
  peer: [oids.serverAuth, oids.clientAuth],
  admin: [oids.clientAuth],
}

export async function createAuthority(of: {
  commonName: string
  now: Date
  years: number
}): Promise<Authority> {
  const der = await openDer()
  const privateKey = await createPrivateKeyPem()
  const key = createPrivateKey(privateKey)
  const publicKey = createPublicKey(key)
  const name = writeName(der, of.commonName)
  const certificate = issue(der, {
    issuer: name,
    subject: name,
    publicKey,
    signer: key,
    from: new Date(of.now.getTime() - skew),
    to: new Date(of.now.getTime() + of.years * 365 * day),
    extensions: [
      extension(der, oids.basicConstraints, true, der.sequence(der.boolean(true), der.integer('00'))),
      extension(der, oids.keyUsage, true, der.bits(Buffer.from([0b00000110]), 1)),
      extension(der, oids.subjectKeyIdentifier, false, der.octets(keyIdentifier(der, publicKey))),
    ],
  })
  return { certificate, privateKey }
}

export interface ToSign {
  readonly authority: Authority
  /** PEM of a certificate request. */
  readonly request: string
  readonly profile: Profile
  readonly commonName: string
  readonly sans: { readonly dns: readonly string[]; readonly ips: readonly string[] }
  readonly now: Date
  readonly days: number
}

/** @throws {TypeError} where the request is none, or its signature doesn't fit */
export async function signRequest(of: ToSign): Promise<string> {
  const der = await openDer()
  const publicKey = await readRequestKey(of.request)
  const authority = new X509Certificate(of.authority.certificate)
  const issuer = partsOf(partsOf(der.decode(authority.raw))[0])[5]
  if (!issuer) throw new TypeError('the authority has no subject')
  return issue(der, {
    issuer,
    subject: writeName(der, of.commonName),
    publicKey,
    signer: createPrivateKey(of.authority.privateKey),
    from: new Date(of.now.getTime() - skew),
    to: new Date(of.now.getTime() + of.days * day),
    extensions: leafExtensions(der, of, publicKey, authority.publicKey),
  })
}

function leafExtensions(
  der: Der,
  of: ToSign,
  publicKey: KeyObject,
  authorityKey: KeyObject,
): readonly asn1.Asn1[] {
  const names = [
    ...of.sans.dns.map((name) => der.tagged(2, Buffer.from(name, 'ascii'))),
    ...of.sans.ips
      .filter((address) => isIP(address) !== 0)
      .map((address) => der.tagged(7, addressBytes(address))),
  ]
  return [
    extension(der, oids.basicConstraints, true, der.sequence()),
    extension(der, oids.keyUsage, true, der.bits(Buffer.from([0b10000000]), 7)),
    extension(
      der,
      oids.extendedKeyUsage,
      false,
      der.sequence(...usages[of.profile].map((usage) => der.oid(usage))),
    ),
    extension(der, oids.subjectKeyIdentifier, false, der.octets(keyIdentifier(der, publicKey))),
    extension(
      der,
      oids.authorityKeyIdentifier,
      false,
      der.sequence(der.tagged(0, keyIdentifier(der, authorityKey))),
    ),
    ...(names.length > 0 ? [extension(der, oids.subjectAltName, false, der.sequence(...names))] : []),
  ]
}

interface ToIssue {
  readonly issuer: asn1.Asn1
  readonly subject: asn1.Asn1
  readonly publicKey: KeyObject
  /** P-256 */
  readonly signer: KeyObject
  readonly from: Date
  readonly to: Date
  readonly extensions: readonly asn1.Asn1[]
}

function issue(der: Der, of: ToIssue): string {
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256))
  // The first bit is cleared, so that the number is positive and its encoding 16 bytes at most.
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0)
  const body = der.sequence(
    der.tagged(0, [der.integer('02')]),
    der.integer(serial.toString('hex')),
    algorithm,
    of.issuer,
    der.sequence(der.time(of.from), der.time(of.to)),
    of.subject,
    der.decode(of.publicKey.export({ type: 'spki', format: 'der' })),
    der.tagged(3, [der.sequence(...of.extensions)]),
  )
  const signature = sign('sha256', der.encode(body), of.signer)
  return writePem('CERTIFICATE', der.encode(der.sequence(body, algorithm, der.bits(signature))))
}

function extension(der: Der, oid: string, critical: boolean, value: asn1.Asn1): asn1.Asn1 {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octets(value))
}

/** SHA-1 of the key's bits: a name for the key, no security rests on it (RFC 5280, 4.2.1.2). */
function keyIdentifier(der: Der, key: KeyObject): Buffer {
  const bits = partsOf(der.decode(key.export({ type: 'spki', format: 'der' })))[1]
  return createHash('sha1').update(bytesOf(bits).subarray(1)).digest()
}
