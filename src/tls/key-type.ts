// The keys that etcd's Go loads and that TLS clients can use.

import type { KeyObject } from 'node:crypto'

const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
const largestExponent = 2n ** 31n - 1n

/** Points of small order, whose signatures anybody can make: their height (the sign of the other coordinate left out), in all spellings. */
const weakPoints: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  ...['ec', 'ed', 'ee'].map((low) => `${low}${'ff'.repeat(30)}7f`),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])

export function isUsableKey(key: KeyObject): boolean {
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return isUsableRsa(key)
    case 'ec':
      return curves.has(namedCurve)
    case 'ed25519':
      return !weakPoints.has(heightOf(key))
    default:
      return false
  }
}

/** With an exponent of 1 everybody's signature fits; an even one fits no key. Go's own limits: 1.24 refuses the rest in handshakes. */
function isUsableRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  const odd = publicExponent % 2n === 1n && publicExponent >= 3n && publicExponent <= largestExponent
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url')
  return odd && modulusLength >= 2048 && modulusLength <= 8192 && (modulus.at(-1) ?? 0) % 2 === 1
}

function heightOf(key: KeyObject): string {
  const bytes = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  bytes.writeUInt8(bytes.readUInt8(31) & 0x7f, 31)
  return bytes.toString('hex')
}
