// Distinguished names with one common name, as this charm writes them.

import type { asn1 } from 'node-forge'
import type { Der } from './der.ts'

const commonNameOid = '2.5.4.3'

export function writeName(der: Der, commonName: string): asn1.Asn1 {
  return der.sequence(der.set(der.sequence(der.oid(commonNameOid), der.utf8(commonName))))
}
