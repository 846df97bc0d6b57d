// Digests: how the charm remembers what it wrote or loaded without keeping a second copy.

import { createHash } from 'node:crypto'

/** SHA-256 of a text in hexadecimal digits. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
