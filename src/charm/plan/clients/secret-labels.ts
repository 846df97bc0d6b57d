// Owner labels of the secrets that this charm shares over `etcd-client`: by them they are found again, in whichever hook.

import { ledgerKey, type RequestKey } from '../../../interfaces/ledger.ts'

/** Of one request's answer. */
export function secretLabels(key: RequestKey): readonly [user: string, tls: string] {
  const name = ledgerKey(key).replace(/^client/, 'etcd-client')
  return [`${name}.user`, `${name}.tls`]
}

/** Of what an operator was given, with the key. */
export function credentialsLabel(key: RequestKey): string {
  return secretLabels(key)[1]
}

/** Of the key that a relation with another model encrypts with. */
export function encryptionLabel(relation: number): string {
  return `etcd-client.${relation}.encryption`
}
