// What this unit asks an issuer of the operator's for, in its own databag of that relation: nobody's leadership is needed.

import { printTlsRequests } from '../../interfaces/tls-certificates.ts'
import type { Charm } from '../charm.ts'

export async function askIssuer(
  { context, juju }: Charm,
  of: number,
  requests: readonly string[],
): Promise<void> {
  const relation = juju.relationId(of)
  const current = await juju.readUnitBag(relation, context.unit)
  await juju.writeUnitBag(relation, current, printTlsRequests(requests))
}
