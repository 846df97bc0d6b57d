// The revocation list (X.509 v2 CRL) that etcd reads at every accept. etcd compares serials only: neither issuer nor
// signature is checked, so the list is signed with whatever key is at hand.

import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { openDer, partsOf } from './der.ts'

const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
/** Milliseconds. etcd does not look at the end. */
export const revocationListLasts = 10 * 365 * 24 * 60 * 60 * 1000

export interface ToRevoke {
  /** A certificate and its P-256 key. */
  readonly issuer: { readonly certificate: string; readonly privateKey: string }
  /** Hexadecimal digits. */
  readonly serials: readonly string[]
  readonly now: Date
}

/** The list as DER, the only form that etcd 3.5 and 3.6 both read. */
export async function createRevocationList({ issuer, serials, now }: ToRevoke): Promise<Buffer> {
  const der = await openDer()
  const algorithm = der.sequence(der.oid(ecdsaWithSha256))
  const name = partsOf(partsOf(der.decode(new X509Certificate(issuer.certificate).raw))[0])[5]
  if (!name) throw new TypeError('the issuer of the revocation list has no subject')
  const rows = serials.map((serial) => der.sequence(der.integer(serial), der.time(now)))
  const body = der.sequence(
    der.integer('01'),
    algorithm,
    name,
    der.time(now),
    der.time(new Date(now.getTime() + revocationListLasts)),
    // An empty list of revoked certificates is left out (RFC 5280, 5.1.2.6).
    ...(rows.length > 0 ? [der.sequence(...rows)] : []),
  )
  const signature = sign('sha256', der.encode(body), createPrivateKey(issuer.privateKey))
  return der.encode(der.sequence(body, algorithm, der.bits(signature)))
}
