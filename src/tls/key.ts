// Private keys: P-256, which every etcd and every TLS client of these years can load, made in a tenth of a millisecond.

import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** A new P-256 key as PKCS#8 PEM. */
export async function createPrivateKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  return printKey(privateKey)
}

/** A new RSA key of 2048 bits, which takes a few tenths of a second: for issuers that sign nothing else. */
export async function createRsaKeyPem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return printKey(privateKey)
}

function printKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Whether a text is a private key: what a disk or a hand has spoilt is none. */
export function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem)
    return true
  } catch {
    return false
  }
}

/** SHA-256 of the public key that belongs to a private key, in hexadecimal digits. */
export function publicKeyOf(privateKeyPem: string): string {
  return fingerprintOfKey(createPublicKey(createPrivateKey(privateKeyPem)))
}

/** SHA-256 of a public key's SubjectPublicKeyInfo, in hexadecimal digits. */
export function fingerprintOfKey(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
