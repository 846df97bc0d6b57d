// Fernet, the token by which requirers of other models send their certificate: AES-128-CBC under an HMAC-SHA256, both keys in one
// text (https://github.com/fernet/spec). Tokens are only read here, and their age is nobody's concern: a certificate has its own.

import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

export type Opened =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string }

const version = 0x80
const headerSize = 1 + 8 + 16
const signatureSize = 32

/** The key as Fernet writes it: 16 bytes that sign and 16 that encrypt, in URL-safe base64 with its padding. */
export function printFernetKey(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

export function openFernetToken(key: string, token: string): Opened {
  const keys = decode(key)
  if (keys?.length !== 32) return { kind: 'failed', why: 'the encryption key is not 32 bytes' }
  const bytes = decode(token.trim())
  const cipherSize = (bytes?.length ?? 0) - headerSize - signatureSize
  if (!bytes || bytes[0] !== version || cipherSize < 16 || cipherSize % 16 !== 0)
    return { kind: 'failed', why: 'it is no Fernet token' }
  const signed = bytes.subarray(0, -signatureSize)
  const expected = createHmac('sha256', keys.subarray(0, 16)).update(signed).digest()
  if (!timingSafeEqual(expected, bytes.subarray(-signatureSize)))
    return { kind: 'failed', why: 'it was encrypted with another key' }
  try {
    const cipher = createDecipheriv('aes-128-cbc', keys.subarray(16), bytes.subarray(9, headerSize))
    const text = Buffer.concat([cipher.update(signed.subarray(headerSize)), cipher.final()])
    return { kind: 'text', text: text.toString('utf8') }
  } catch {
    return { kind: 'failed', why: 'its padding is wrong' }
  }
}

/** Node passes over what is no base64; a token with such in it is none. */
function decode(text: string): Buffer | undefined {
  return /^[A-Za-z0-9_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : undefined
}
