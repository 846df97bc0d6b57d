// Grants that may have been lost: given once more, which changes nothing where they are there.

import type { Charm } from '../charm.ts'
import type { Write } from '../step.ts'
import { beginWriting } from '../writes-to-relations.ts'

export async function grantAgain(
  charm: Charm,
  { relation: of, labels }: Extract<Write, { kind: 'secrets/grant' }>,
): Promise<undefined> {
  const { juju } = charm
  const relation = juju.relationId(of)
  // Without units nobody knows whether the relation is alive, and nobody reads.
  if ((await juju.relationUnits(relation)).length === 0) return
  await beginWriting(charm, relation)
  for (const label of labels) {
    const info = await juju.secretInfo({ label })
    if (info) await juju.grantSecret(info.uri, relation)
  }
}
