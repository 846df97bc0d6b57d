// An authority that an operator wants clients to be trusted by, examined before it goes into the truststore: a certificate there that
// can't sign would be a client of its own, and one that etcd can't load would stop every member.

import { X509Certificate } from 'node:crypto'
import { longestSubject, subjectSize } from './subject-size.ts'

export type ExaminedAuthority =
  | { readonly kind: 'authority'; readonly pem: string }
  | { readonly kind: 'refused'; readonly why: string }

const longestDer = 8192

/** @param now milliseconds since 1970 */
export function examineAuthority(text: string, now: number): ExaminedAuthority {
  try {
    const certificate = new X509Certificate(text)
    if (!certificate.ca) return { kind: 'refused', why: 'a certificate is no CA' }
    if (certificate.validToDate.getTime() < now) return { kind: 'refused', why: 'a CA has expired' }
    if (certificate.raw.length > longestDer) return { kind: 'refused', why: 'a CA is larger than 8 KiB' }
    if (subjectSize(certificate.raw) > longestSubject)
      return { kind: 'refused', why: `the subject of a CA is larger than ${longestSubject} bytes` }
    return { kind: 'authority', pem: certificate.toString().trim() }
  } catch {
    return { kind: 'refused', why: 'a certificate can not be read' }
  }
}
