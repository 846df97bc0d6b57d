// The key that a requirer in another model encrypts its certificate with: made once for each relation, and never changed, since the
// requirer takes up the first one that it sees.

import { randomBytes } from 'node:crypto'
import {
  encryptionSecret,
  printEncryptionSecret,
  withdrawEncryptionSecret,
} from '../../interfaces/etcd-client-encryption.ts'
import { unlessMissing } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import { mayGrant } from '../observe/cross-model.ts'
import { encryptionLabel } from '../plan/clients/secret-labels.ts'
import { beginWriting } from '../writes-to-relations.ts'

export async function offerEncryption(charm: Charm, of: number): Promise<void> {
  const { juju, context } = charm
  const relation = juju.relationId(of)
  const label = encryptionLabel(of)
  await beginWriting(charm, relation)
  // In 3.6 a hook that failed may have left it behind.
  const known = await juju.secretInfo({ label })
  if (!known && !(await mayGrant(charm, relation))) return
  const content = known
    ? await unlessMissing(juju.readSecret({ uri: known.uri }, { peek: true }))
    : encryptionSecret(randomBytes(32))
  const current = await juju.readAppBag(relation, context.app)
  if (!content) {
    // Its latest revision is gone. The label is free once it is removed and this hook done; a later one offers another key.
    if (known) await juju.removeSecret(known.uri)
    await juju.writeAppBag(relation, current, withdrawEncryptionSecret)
    return
  }
  const put = { label, owner: 'application', content, grantTo: [relation] } as const
  const { uri } = await juju.putSecret(put, known ?? 'absent')
  await juju.writeAppBag(relation, current, printEncryptionSecret(uri))
}
