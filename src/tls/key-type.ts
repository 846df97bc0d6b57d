// The keys that etcd's Go loads and that TLS clients can use.

import type { KeyObject } from 'node:crypto'

const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

export function isLoadableKey(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= 2048 && modulusLength <= 8192
    case 'ec':
      return curves.has(namedCurve)
    case 'ed25519':
      return true
    default:
      return false
  }
}
