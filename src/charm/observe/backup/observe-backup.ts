// What the leader sees of stores and of the schedule. Relations are asked only in the hooks of their endpoints, of their secret, and of a
// new leader; in sweeps only where a store is on record: so who has none pays nothing.

import type { CharmConfig } from '../../../config.ts'
import type { StoreSeen } from '../../../interfaces/backup-record.ts'
import { storeContracts } from '../../../interfaces/store-contracts.ts'
import type { Charm } from '../../charm.ts'
import type { BackupSeen } from '../../observed.ts'
import { readRecordedStores } from './records.ts'
import { readStores, wishesOf } from './read-store.ts'
import { findDue } from './find-due.ts'

export async function observeBackup(charm: Charm, config: CharmConfig, sweep: boolean): Promise<BackupSeen> {
  const { model, app } = charm.context
  const due = findDue(config['backup-schedule'], charm.now, `${model.uuid}/${app}`)
  const recorded = await readRecordedStores()
  const retries = isAboutStore(charm, recorded)
  const looks = retries || charm.context.hook.name === 'leader-elected' || (sweep && recorded.length > 0)
  if (!looks) return { stores: undefined, asks: [], due, retries }
  const wishes = wishesOf(config)
  const stores = await readStores(charm, wishes)
  const asks = []
  for (const { seen, given, contract } of stores) {
    const relation = charm.juju.relationId(seen.relation)
    const current = await charm.juju.readAppBag(relation, charm.context.app)
    asks.push({ relation, wanted: contract.ask(given, wishes, relation), current: withoutOthers(current) })
  }
  return { stores: stores.map(({ seen }) => seen), asks, due, retries }
}

/** Keys that this charm writes: a library of an earlier charm may have left others, which are nobody's business. */
const ours = ['requested-secrets', 'version', 'lib-version', 'bucket', 'container', 'path']

function withoutOthers(databag: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(databag).filter(([key]) => ours.includes(key)))
}

function isAboutStore({ context: { hook } }: Charm, recorded: readonly StoreSeen[]): boolean {
  if (hook.kind === 'relation') return storeContracts.some(({ endpoint }) => endpoint === hook.endpoint)
  return hook.kind === 'secret' && recorded.some(({ secret }) => secret === hook.secret)
}
