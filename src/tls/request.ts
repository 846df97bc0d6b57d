// Certificate requests (PKCS#10): a unit asks for a certificate for a key that never leaves it.

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { asn1 } from 'node-forge'
import { addressBytes, isAddress } from './address.ts'
import { bytesOf, type Der, openDer, partsOf } from './der.ts'
import { fingerprintOfKey } from './key.ts'
import { writeName } from './name.ts'
import { pemBlocks, writePem } from './pem.ts'

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectAltName: '2.5.29.17',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

export interface ToRequest {
  /** PEM, EC P-256 or RSA. */
  readonly privateKey: string
  readonly commonName: string
  /** Names and addresses; none where the signer decides by itself. */
  readonly names?: readonly string[]
  /** What it is to be good for: an issuer may heed it. */
  readonly usage?: 'server' | 'server and client'
}

/** A request that is signed with its own key. */
export async function createRequest(of: ToRequest): Promise<string> {
  const der = await openDer()
  const key = createPrivateKey(of.privateKey)
  const spki = der.decode(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const info = der.sequence(
    der.integer('00'),
    writeName(der, of.commonName),
    spki,
    der.tagged(0, attributes(der, of)),
  )
  const signature = sign('sha256', der.encode(info), key)
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? der.sequence(der.oid(oids.rsaWithSha256), der.null())
      : der.sequence(der.oid(oids.ecdsaWithSha256))
  return writePem('CERTIFICATE REQUEST', der.encode(der.sequence(info, algorithm, der.bits(signature))))
}

function attributes(der: Der, { names = [], usage }: ToRequest): readonly asn1.Asn1[] {
  const extensions = [
    ...(names.length > 0 ? [alternativeNames(der, names)] : []),
    ...(usage ? usages(der, usage) : []),
  ]
  if (extensions.length === 0) return []
  return [der.sequence(der.oid(oids.extensionRequest), der.set(der.sequence(...extensions)))]
}

function alternativeNames(der: Der, names: readonly string[]): asn1.Asn1 {
  const rows = names.map((name) =>
    isAddress(name) ? der.tagged(7, addressBytes(name)) : der.tagged(2, Buffer.from(name, 'ascii')),
  )
  return der.sequence(der.oid(oids.subjectAltName), der.octets(der.sequence(...rows)))
}

/** digitalSignature and keyEncipherment, which RSA of TLS 1.2 may need. */
function usages(der: Der, usage: 'server' | 'server and client'): readonly asn1.Asn1[] {
  const purposes = [oids.serverAuth, ...(usage === 'server' ? [] : [oids.clientAuth])]
  return [
    der.sequence(
      der.oid(oids.keyUsage),
      der.boolean(true),
      der.octets(der.bits(Buffer.from([0b10100000]), 5)),
    ),
    der.sequence(
      der.oid(oids.extendedKeyUsage),
      der.octets(der.sequence(...purposes.map((purpose) => der.oid(purpose)))),
    ),
  ]
}

/**
 * The public key of a request that is signed by its own key.
 *
 * @throws {TypeError} where it is no request, or its signature doesn't fit
 */
export async function readRequestKey(pem: string): Promise<KeyObject> {
  const block = pemBlocks(pem).find(({ label }) => label.endsWith('CERTIFICATE REQUEST'))
  if (!block) throw new TypeError('there is no certificate request in the text')
  const der = await openDer()
  const [info, , signature] = partsOf(der.decode(block.der))
  const spki = partsOf(info)[2]
  if (!info || !signature || !spki) throw new TypeError('the certificate request is malformed')
  const key = createPublicKey({ key: der.encode(spki), format: 'der', type: 'spki' })
  const fits = verify('sha256', der.encode(info), key, bytesOf(signature).subarray(1))
  if (!fits)
    throw new TypeError(`the request for key ${fingerprintOfKey(key).slice(0, 12)} is not signed by that key`)
  return key
}
