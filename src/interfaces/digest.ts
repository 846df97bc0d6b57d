// Digests: how the charm remembers what it wrote or loaded without keeping a second copy.

import { createHash } from 'node:crypto'

/** SHA-256 in hexadecimal digits. */
export function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
