// The common names of a subject, in the order of its DER. etcd takes the last one; a certificate with more than one is refused.

import type { asn1 } from 'node-forge'
import { bytesOf, type Der, partsOf } from './der.ts'

export interface CommonName {
  readonly text: string
  /** UTF8String or PrintableString; other types are read by etcd in ways of their own. */
  readonly plain: boolean
}

const commonNameOid = '2.5.4.3'

export function readCommonNames(der: Der, subject: asn1.Asn1 | undefined): readonly CommonName[] {
  const { UTF8, PRINTABLESTRING } = der.asn1.Type
  return partsOf(subject)
    .flatMap((set) => partsOf(set))
    .flatMap((attribute) => {
      const [type, value] = partsOf(attribute)
      const oid = type && der.asn1.derToOid(bytesOf(type).toString('binary'))
      if (oid !== commonNameOid || !value) return []
      const plain = value.type === UTF8 || value.type === PRINTABLESTRING
      return [{ text: bytesOf(value).toString('utf8'), plain }]
    })
}
