// What the actions about backups in the store have in common: they run on the leader, need its one store, and tell its words.

import { type Ready, requireStore } from '../act/backup/require-store.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { conditionOf } from '../outcome.ts'
import { openStore } from '../../object-storage/open.ts'
import { type ObjectStore, StoreFailure } from '../../object-storage/port.ts'
import { plainText } from '../../plain-text.ts'
import { observe } from '../reconcile.ts'
import { onlyOnLeader } from './on-leader.ts'

export interface WithStore {
  readonly store: ObjectStore
  readonly related: Ready
  readonly observed: Observed
}

/** Fails the action, in words, where there is no store, or it does not do what it is asked. */
export async function withStore(charm: Charm, body: (found: WithStore) => Promise<void>): Promise<void> {
  const observed = await observe(charm)
  if (!observed.leader) return charm.juju.actionFail(onlyOnLeader(charm))
  try {
    const related = await requireStore(charm, observed)
    await body({ store: await openStore(related.settings, charm.context.proxies), related, observed })
  } catch (error) {
    const words = error instanceof StoreFailure ? plainText(error.message, 300) : conditionOf(error)?.message
    if (words === undefined) throw error
    await charm.juju.actionFail(words)
  }
}
