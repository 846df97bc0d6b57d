// Where clients of other models come in: it may be another address for each relation, as Juju alone knows. Looked at in sweeps, by every
// unit, for those that the ledger knows.

import type { Ledger } from '../../interfaces/ledger.ts'
import { type Juju, ToolError } from '../../juju/index.ts'
import { spellName } from '../../tls/address.ts'

/** Those that are other than usual. Of a relation that Juju does not show now it is what it was before. */
export async function ingressByRelation(
  juju: Juju,
  ledger: Ledger | undefined,
  usual: string,
  before: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>> | undefined> {
  const found: Record<string, string> = {}
  for (const [id, state] of ledger?.crossModel ?? []) {
    const address = (state === 'suspended' ? undefined : await ingressOf(juju, id)) ?? before[id]
    if (address !== undefined && address !== usual) found[id] = address
  }
  return Object.keys(found).length > 0 ? found : undefined
}

async function ingressOf(juju: Juju, relation: number): Promise<string | undefined> {
  try {
    const { ingressAddresses } = await juju.networkGet('etcd-client', juju.relationId(relation))
    return ingressAddresses.map(spellName)[0]
  } catch (error) {
    if (error instanceof ToolError) return undefined
    throw error
  }
}
