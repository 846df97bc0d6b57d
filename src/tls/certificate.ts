// What a certificate says, for certificates of our own making or accepted ones. Node's parser; strangers' certificates are
// examined in client-certificate.ts.

import { X509Certificate } from 'node:crypto'
import { canonicalAddress } from './address.ts'
import { fingerprintOfKey } from './key.ts'

export interface Certificate {
  /** SHA-256 in hexadecimal digits. */
  readonly fingerprint: string
  /** Hexadecimal digits. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKeyFingerprint: string
  readonly sans: { readonly dns: readonly string[]; readonly ips: readonly string[] }
}

/** @returns `undefined` where the text is no certificate */
export function describeCertificate(pem: string): Certificate | undefined {
  try {
    const found = new X509Certificate(pem)
    return {
      fingerprint: fingerprintOf(found),
      serial: found.serialNumber.toLowerCase(),
      notBefore: found.validFromDate.getTime(),
      notAfter: found.validToDate.getTime(),
      publicKeyFingerprint: fingerprintOfKey(found.publicKey),
      sans: readSans(found.subjectAltName ?? ''),
    }
  } catch {
    return undefined
  }
}

/** Its time alone, which costs every hook less than all that it says. */
export function readValidity(pem: string): Pick<Certificate, 'notBefore' | 'notAfter'> | undefined {
  try {
    const { validFromDate, validToDate } = new X509Certificate(pem)
    return { notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() }
  } catch {
    return undefined
  }
}

export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}

/** When an authority's certificate ends, and whether it signed another one; a bundle counts by its first certificate. */
export function describeAuthority(pem: string): {
  notBefore: number
  notAfter: number
  signed(certificatePem: string): boolean
} {
  const authority = new X509Certificate(pem)
  return {
    notBefore: authority.validFromDate.getTime(),
    notAfter: authority.validToDate.getTime(),
    signed: (certificatePem) => new X509Certificate(certificatePem).verify(authority.publicKey),
  }
}

function readSans(text: string): Certificate['sans'] {
  const rows = text === '' ? [] : text.split(', ')
  const of = (kind: string): readonly string[] =>
    rows.filter((row) => row.startsWith(kind)).map((row) => row.slice(kind.length))
  return { dns: of('DNS:'), ips: of('IP Address:').map(canonicalAddress) }
}
