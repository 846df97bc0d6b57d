// Certificate requests (PKCS#10): a unit asks for a certificate for a key that never leaves it.

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { bytesOf, openDer, partsOf } from './der.ts'
import { fingerprintOfKey } from './key.ts'
import { writeName } from './name.ts'
import { pemBlocks, writePem } from './pem.ts'

const ecdsaWithSha256 = '1.2.840.10045.4.3.2'

/** A request signed with a P-256 key. */
export async function createRequest({
  privateKey,
  commonName,
}: {
  privateKey: string
  commonName: string
}): Promise<string> {
  const der = await openDer()
  const key = createPrivateKey(privateKey)
  const spki = der.decode(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const info = der.sequence(der.integer('00'), writeName(der, commonName), spki, der.tagged(0, []))
  const signature = sign('sha256', der.encode(info), key)
  const request = der.sequence(info, der.sequence(der.oid(ecdsaWithSha256)), der.bits(signature))
  return writePem('CERTIFICATE REQUEST', der.encode(request))
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
