// The part of `etcd_client` that relations across models need. A requirer can't share a secret with another model, so the provider
// shares a key (`encryption-secret`), the requirer echoes its URI, and from then on sends `mtls-cert` encrypted with it.

import { type Opened, openFernetToken, printFernetKey } from './fernet.ts'

const databagKey = 'encryption-secret'
const contentKey = 'encryption-key'

/** In the provider's databag the URI that it offers, in the requirer's the one that it has taken up. */
export function readEncryptionSecret(databag: Readonly<Record<string, string>>): string | undefined {
  return databag[databagKey] || undefined
}

export function printEncryptionSecret(uri: string): Record<string, string> {
  return { [databagKey]: uri }
}

/** In the databag, where the key is gone. */
export const withdrawEncryptionSecret: Readonly<Record<string, undefined>> = { [databagKey]: undefined }

/** Content of the secret, from 32 random bytes. */
export function encryptionSecret(bytes: Buffer): Readonly<Record<string, string>> {
  return { [contentKey]: printFernetKey(bytes) }
}

/** A certificate as it came over the databag; one that was not encrypted is taken as it is, since it is public anyway. */
export function openCertificate(content: Readonly<Record<string, string>>, sent: string): Opened {
  if (sent.includes('-----BEGIN ')) return { kind: 'text', text: sent }
  return openFernetToken(content[contentKey] ?? '', sent)
}
