// The key that a requirer in another model encrypts its certificate with: made once for each relation, and never changed, since the
// requirer takes up the first one that it sees.

import { randomBytes } from 'node:crypto'
import { encryptionSecret, printEncryptionSecret } from '../../interfaces/etcd-client-encryption.ts'
import type { Charm } from '../charm.ts'
import { encryptionLabel } from '../secret-labels.ts'

export async function offerEncryption({ juju, context }: Charm, of: number): Promise<void> {
  const relation = juju.relationId(of)
  const label = encryptionLabel(of)
  // In 3.6 a hook that failed may have left it behind.
  const known = await juju.secretInfo({ label })
  const content = known
    ? await juju.readSecret({ uri: known.uri }, { peek: true })
    : encryptionSecret(randomBytes(32))
  const { uri } = await juju.putSecret({ label, owner: 'application', content, grantTo: [relation] })
  const current = await juju.readAppBag(relation, context.app)
  await juju.writeAppBag(relation, current, printEncryptionSecret(uri))
}
