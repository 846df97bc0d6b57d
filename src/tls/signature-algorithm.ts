// The algorithms that a certificate may be signed by. etcd never checks the signature of a certificate that it trusts as it is, and loads
// algorithms that it doesn't know; but no TLS client shows a certificate whose signature nobody would take.

import type { asn1 } from 'node-forge'
import { bytesOf, type Der, partsOf } from './der.ts'

const usable: ReadonlySet<string> = new Set([
  // RSA with SHA-256, SHA-384, SHA-512
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  // ECDSA with SHA-256, SHA-384, SHA-512
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  // Ed25519
  '1.3.101.112',
])

const rsaPss = '1.2.840.113549.1.1.10'
const sha2 = /^2\.16\.840\.1\.101\.3\.4\.2\.[123]$/

/** @param algorithm the certificate's AlgorithmIdentifier */
export function isUsableSignature(der: Der, algorithm: asn1.Asn1 | undefined): boolean {
  const [oid, parameters] = partsOf(algorithm)
  const name = readOid(der, oid)
  if (name !== rsaPss) return usable.has(name)
  // Its hash is a parameter, and SHA-1 where it is left out.
  const hash = partsOf(parameters).find((part) => part.tagClass === contextSpecific && part.type === 0)
  return sha2.test(readOid(der, partsOf(partsOf(hash)[0])[0]))
}

const contextSpecific: number = 0x80

function readOid(der: Der, oid: asn1.Asn1 | undefined): string {
  // One that is longer than any of these is none of them, and would take long to print.
  const bytes = bytesOf(oid)
  return bytes.length === 0 || bytes.length > 16 ? '' : der.asn1.derToOid(bytes.toString('binary'))
}
