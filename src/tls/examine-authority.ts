// An authority that an operator wants clients to be trusted by, examined before it goes into the truststore: a certificate there that
// can't sign would be a client of its own, and one that etcd can't load would stop every member.

import { X509Certificate } from 'node:crypto'
import { longestSubject, subjectSize } from './subject-size.ts'

export type ExaminedAuthority =
  /** `ended`: by the time it can't sign for anybody any more. */
  | { readonly kind: 'authority'; readonly pem: string; readonly ended: boolean }
  | { readonly kind: 'refused'; readonly why: string }

const longestDer = 8192

export const authorityEnded = 'a CA has expired'

/**
 * One that is trusted already stays, whatever the time: etcd looks at that itself, by the clock of its own machine (ADR 45).
 *
 * @param now milliseconds since 1970
 * @param known those that are trusted already, as this function tells them
 */
export function examineAuthority(text: string, now: number, known: ReadonlySet<string>): ExaminedAuthority {
  try {
    const certificate = new X509Certificate(text)
    if (!certificate.ca) return { kind: 'refused', why: 'a certificate is no CA' }
    const pem = certificate.toString().trim()
    const ended = certificate.validToDate.getTime() < now
    if (ended && !known.has(pem)) return { kind: 'refused', why: authorityEnded }
    if (certificate.raw.length > longestDer) return { kind: 'refused', why: 'a CA is larger than 8 KiB' }
    if (subjectSize(certificate.raw) > longestSubject)
      return { kind: 'refused', why: `the subject of a CA is larger than ${longestSubject} bytes` }
    return { kind: 'authority', pem, ended }
  } catch {
    return { kind: 'refused', why: 'a certificate can not be read' }
  }
}
