// The one store that backups go to, with its keys, as its relation gives them now.

import type { StoreSettings } from '../../../object-storage/settings.ts'
import type { Charm } from '../../charm.ts'
import { readStores, type RelatedStore, wishesOf } from '../../observe/backup/read-store.ts'
import type { Observed } from '../../observed.ts'
import { Blocked, Waiting } from '../../outcome.ts'
import { oneStoreAtATime } from '../../plan/backup/guards.ts'

export interface Ready extends RelatedStore {
  readonly settings: StoreSettings
}

/** The one store, with its keys. @throws {Blocked} where there is none or more than one; {@link Waiting} where its provider has not given all */
export async function requireStore(charm: Charm, { config }: Observed): Promise<Ready> {
  const stores = await readStores(charm, wishesOf(config.inForce))
  const [store] = stores
  if (!store) throw new Blocked('there is no store; integrate s3-credentials, or another one')
  if (!oneStoreAtATime.holds(stores.map(({ seen }) => seen))) {
    const names = stores.map(({ seen }) => `${seen.endpoint} (${seen.application})`).join(' and ')
    throw new Blocked(`more than one store is related: ${names}; remove all but one`)
  }
  const { seen, settings } = store
  if (settings) return { ...store, settings }
  if (seen.state === 'invalid')
    throw new Blocked(`${seen.endpoint}: ${seen.words}; correct it in ${seen.application}`)
  throw new Waiting(`${seen.endpoint}: ${seen.application} has not given ${seen.words} yet`)
}
