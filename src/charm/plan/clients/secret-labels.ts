// Owner labels of the secrets that this charm shares over `etcd-client`: by them they are found again, in whichever hook.

import { ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'

/** Of one request's answer. */
export function secretLabels(key: RequestKey): readonly [user: string, tls: string] {
  const name = ledgerKey(key).replace(/^client/, 'etcd-client')
  return [`${name}.user`, `${name}.tls`]
}

/** Of the key that a relation with another model encrypts with. */
export function encryptionLabel(relation: number): string {
  return `etcd-client.${relation}.encryption`
}
