// A stranger's certificate, examined before etcd may trust it. etcd lets nearly anything through (facts/etcd.md §8), so these
// rules are the only guard: the first block alone, re-encoded by us; X.509 v3; unable to sign; one common name, the one that
// etcd will see; a key and a signature that TLS clients can use; valid now. Whatever is sent, the result is a leaf or a refusal, never an error.

import { X509Certificate } from 'node:crypto'
import { fingerprintOf } from './certificate.ts'
import { readCommonNames } from './common-name.ts'
import { bytesOf, openDer, partsOf } from './der.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { isUsableKey } from './key-type.ts'
import { pemBlocks } from './pem.ts'
import { type Refused, refuse } from './refused.ts'
import { isUsableSignature } from './signature-algorithm.ts'
import { longestSubject, subjectSize } from './subject-size.ts'

export interface ExaminedLeaf {
  readonly kind: 'leaf'
  /** Re-encoded by us, one block. */
  readonly pem: string
  readonly commonName: string
  readonly fingerprint: string
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Bytes of the subject's DER: etcd sends all subjects in every handshake. */
  readonly subjectSize: number
}

const longestText = 1_000_000
const longestDer = 8_192
const commonNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/

/** @param now milliseconds since 1970 */
export async function examineClientCertificate(text: string, now: number): Promise<ExaminedLeaf | Refused> {
  const der = firstCertificate(text)
  if (!Buffer.isBuffer(der)) return der
  try {
    return await examine(new X509Certificate(der), der, now)
  } catch (error) {
    return refuse('not-a-certificate', error instanceof Error ? error.message.slice(0, 80) : '')
  }
}

function firstCertificate(text: string): Buffer | Refused {
  if (text.length > longestText) return refuse('not-a-certificate', 'it is larger than 1 MB')
  const blocks = pemBlocks(text)
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) return refuse('private-key-sent', '')
  const [first] = blocks
  if (!first) return refuse('not-a-certificate', 'there is no PEM block')
  if (first.label !== 'CERTIFICATE' && first.label !== 'TRUSTED CERTIFICATE') {
    return refuse('not-a-certificate', `the first PEM block is a ${first.label.slice(0, 30)}`)
  }
  if (first.der.length > longestDer)
    return refuse('certificate-unloadable', `it is larger than ${longestDer} bytes`)
  return first.der
}

async function examine(
  certificate: X509Certificate,
  sent: Buffer,
  now: number,
): Promise<ExaminedLeaf | Refused> {
  // Of a TRUSTED CERTIFICATE only what X.509 knows is taken: `raw` has no trailing part.
  const { raw } = certificate
  if (sent.length > raw.length && sent.subarray(0, raw.length).compare(raw) !== 0)
    return refuse('not-a-certificate', '')
  const der = await openDer()
  const [signed, algorithm] = partsOf(der.decode(raw))
  const body = partsOf(signed)
  const versioned = body[0]?.tagClass === der.asn1.Class.CONTEXT_SPECIFIC
  const version = versioned ? (bytesOf(partsOf(body[0])[0])[0] ?? 0) + 1 : 1
  if (version !== 3) return refuse('certificate-is-v1', `it is version ${version}`)
  const [serial, , , , subject] = body.slice(1)
  const size = subjectSize(raw)
  const extensions = readExtensions(der, body)
  if ('kind' in extensions) return extensions
  const problem =
    whyCanSign(extensions, certificate) ??
    whyKey(certificate) ??
    (isUsableSignature(der, algorithm) ? undefined : refuse('signature-unusable', '')) ??
    whyUsage(extensions) ??
    whySerial(bytesOf(serial)) ??
    whyTime(certificate, now)
  if (problem) return problem
  const name = readCommonNames(der, subject)
  const bad = whyName(name) ?? whySubject(size)
  if (bad) return bad
  return {
    kind: 'leaf',
    pem: certificate.toString(),
    commonName: name[0]?.text ?? '',
    fingerprint: fingerprintOf(certificate),
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    subjectSize: size,
  }
}

function whyCanSign({ authority, signs }: Extensions, certificate: X509Certificate): Refused | undefined {
  if (authority || certificate.ca) return refuse('certificate-is-ca', '')
  return signs ? refuse('certificate-can-sign', '') : undefined
}

function whyKey(certificate: X509Certificate): Refused | undefined {
  try {
    return isUsableKey(certificate.publicKey) ? undefined : refuse('key-type-unsupported', '')
  } catch {
    return refuse('key-type-unsupported', 'it is malformed')
  }
}

function whyUsage({ clientUsage, unknownCritical }: Extensions): Refused | undefined {
  if (unknownCritical)
    return refuse('certificate-unloadable', `it has the unknown critical extension ${unknownCritical}`)
  return clientUsage ? undefined : refuse('certificate-unloadable', 'its extended key usage lacks clientAuth')
}

function whySerial(bytes: Buffer): Refused | undefined {
  const [first = 0] = bytes
  const positive = bytes.length > 0 && first < 0x80 && bytes.some((byte) => byte !== 0)
  return positive && bytes.length <= 20
    ? undefined
    : refuse('certificate-unloadable', 'its serial number is not 1 to 20 positive bytes')
}

function whyTime(certificate: X509Certificate, now: number): Refused | undefined {
  const { validFromDate: from, validToDate: to } = certificate
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()))
    return refuse('certificate-unloadable', 'its dates are none')
  if (now < from.getTime()) return refuse('certificate-not-yet-valid', `it begins ${from.toISOString()}`)
  if (now > to.getTime()) return refuse('certificate-expired', `it ended ${to.toISOString()}`)
  return undefined
}

function whyName(names: ReturnType<typeof readCommonNames>): Refused | undefined {
  const [first] = names
  if (!first || (names.length === 1 && first.text === '')) return refuse('common-name-missing', '')
  if (names.length > 1) return refuse('common-name-ambiguous', `it has ${names.length}`)
  if (!first.plain) return refuse('common-name-invalid', 'it is not written as UTF8String or PrintableString')
  if (!commonNamePattern.test(first.text))
    return refuse('common-name-invalid', JSON.stringify(first.text.slice(0, 64)))
  return undefined
}

function whySubject(size: number): Refused | undefined {
  return size <= longestSubject
    ? undefined
    : refuse('certificate-unloadable', `its subject is larger than ${longestSubject} bytes`)
}
