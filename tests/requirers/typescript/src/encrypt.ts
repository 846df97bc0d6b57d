// Fernet's writing half, for the certificate that a requirer sends to another model.

import { createCipheriv, createHmac, randomBytes } from 'node:crypto'

/** A new token for the same text each time. */
export function encrypt(key: string, text: string): string {
  const keys = Buffer.from(key, 'base64url')
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)))
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', keys.subarray(16), iv)
  const signed = Buffer.concat([Buffer.from([0x80]), time, iv, cipher.update(text), cipher.final()])
  const token = Buffer.concat([signed, createHmac('sha256', keys.subarray(0, 16)).update(signed).digest()])
  return token.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
