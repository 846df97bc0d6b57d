// `juju run etcd/leader list-clients`: who asked for access, and what became of it.

import { nameRequest } from '../../interfaces/etcd-client.ts'
import type { LedgerEntry, RequestKey } from '../../interfaces/ledger.ts'
import type { Charm } from '../charm.ts'
import { observeJuju } from '../observe-juju.ts'
import { explainRefusal } from '../refusals.ts'

export async function listClients(charm: Charm): Promise<void> {
  const { peers } = await observeJuju(charm)
  const rows = [...(peers?.ledger.entries.values() ?? [])].map(({ key, entry }) => describeRow(key, entry))
  await charm.juju.actionSet({ count: String(rows.length), clients: rows.join('\n') || 'none' })
}

function describeRow(key: RequestKey, entry: LedgerEntry): string {
  const who = `${nameRequest(key)} ${entry.application}`
  if (entry.state === 'refused') {
    const { message, resolution } = explainRefusal(entry.code, entry.detail)
    return `${who} refused: ${message}; ${resolution}`
  }
  const until = new Date(entry.leaf.notAfter).toISOString().slice(0, 10)
  const state = entry.served ? 'served' : 'being set up'
  return `${who} ${entry.leaf.commonName} ${entry.prefix} until ${until} ${state}`
}
