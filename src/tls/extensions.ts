// The extensions of a certificate that decide what it may be used for.

import type { asn1 } from 'node-forge'
import { bytesOf, type Der, partsOf } from './der.ts'
import { type Refused, refuse } from './refused.ts'

export interface Extensions {
  /** basicConstraints CA:TRUE. None at all is harmless in v3: Go lets such a certificate sign nothing. */
  readonly authority: boolean
  /** keyUsage has keyCertSign or cRLSign. */
  readonly signs: boolean
  /** No extended key usage, or one that includes clients. */
  readonly clientUsage: boolean
  /** A critical extension that Go doesn't know: it would refuse every handshake. */
  readonly unknownCritical: string | undefined
}

const basicConstraints = '2.5.29.19'
const keyUsage = '2.5.29.15'
const extendedKeyUsage = '2.5.29.37'
const known: ReadonlySet<string> = new Set([
  basicConstraints,
  keyUsage,
  extendedKeyUsage,
  '2.5.29.17',
  '2.5.29.30',
])
const forClients: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'])

interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Buffer
}

/** @param body the parts of a TBSCertificate */
export function readExtensions(der: Der, body: readonly asn1.Asn1[]): Extensions | Refused {
  const holder = body.find(
    (part) => part.tagClass === der.asn1.Class.CONTEXT_SPECIFIC && part.type === tagThree,
  )
  const list = partsOf(partsOf(holder)[0]).map((row) => readExtension(der, row))
  if (new Set(list.map((row) => row.oid)).size !== list.length) {
    return refuse('certificate-unloadable', 'it has one extension twice')
  }
  const value = (oid: string): Buffer | undefined => list.find((row) => row.oid === oid)?.value
  const constraints = value(basicConstraints)
  const usage = value(keyUsage)
  const purposes = value(extendedKeyUsage)
  return {
    authority: constraints !== undefined && isAuthority(der, constraints),
    signs: usage !== undefined && maySign(der, usage),
    clientUsage: purposes === undefined || listOids(der, purposes).some((oid) => forClients.has(oid)),
    unknownCritical: list.find((row) => row.critical && !known.has(row.oid))?.oid,
  }
}

const tagThree: number = 3

function readExtension(der: Der, row: asn1.Asn1): Extension {
  const parts = partsOf(row)
  const [oid] = parts
  const flag = parts.length > 2 ? bytesOf(parts[1]) : Buffer.alloc(0)
  return {
    oid: oid ? der.asn1.derToOid(bytesOf(oid).toString('binary')) : '',
    critical: (flag[0] ?? 0) !== 0,
    value: bytesOf(parts.at(-1)),
  }
}

function isAuthority(der: Der, value: Buffer): boolean {
  const [first] = partsOf(der.decode(value))
  return first?.type === der.asn1.Type.BOOLEAN && (bytesOf(first)[0] ?? 0) !== 0
}

/** Bits 5 (keyCertSign) and 6 (cRLSign) from the left. */
function maySign(der: Der, value: Buffer): boolean {
  const bits = bytesOf(der.decode(value)).subarray(1)
  return ((bits[0] ?? 0) & 0b00000110) !== 0
}

function listOids(der: Der, value: Buffer): readonly string[] {
  return partsOf(der.decode(value)).map((part) => der.asn1.derToOid(bytesOf(part).toString('binary')))
}
