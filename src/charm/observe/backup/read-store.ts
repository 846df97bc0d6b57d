// The stores that are related, as their providers give them now. What is read here holds the keys: it is used at once, and only what is
// said of it is kept.

import type { StoreSeen } from '../../../interfaces/backup-record.ts'
import type { Given, StoreContract, StoreReading, StoreWishes } from '../../../interfaces/store-contract.ts'
import { storeContracts } from '../../../interfaces/store-contracts.ts'
import { unlessGone, unlessUnreadable } from '../../../juju/errors.ts'
import { parseSecretId, type RelationId } from '../../../juju/names.ts'
import type { CharmConfig } from '../../../config.ts'
import type { StoreSettings } from '../../../object-storage/settings.ts'
import { plainText } from '../../../plain-text.ts'
import type { Charm } from '../../charm.ts'

export interface RelatedStore {
  readonly seen: StoreSeen
  readonly settings: StoreSettings | undefined
  readonly given: Given
  readonly contract: StoreContract
}

export function wishesOf(config: CharmConfig): StoreWishes {
  return {
    bucket: config['backup-bucket'],
    path: config['backup-path'],
    authorities: config['backup-ca'],
  }
}

export async function readStores(charm: Charm, wishes: StoreWishes): Promise<readonly RelatedStore[]> {
  const found: RelatedStore[] = []
  for (const contract of storeContracts) {
    for (const relation of await charm.juju.relationIds(contract.endpoint)) {
      const store = await unlessGone(readStore(charm, contract, relation, wishes))
      if (store) found.push(store)
    }
  }
  return found
}

async function readStore(
  { juju }: Charm,
  contract: StoreContract,
  relation: RelationId,
  wishes: StoreWishes,
): Promise<RelatedStore> {
  const application = await juju.remoteApp(relation)
  const given = await juju.readAppBag(relation, application)
  const uri = given['secret-extra'] ?? ''
  const secret = parseSecretId(uri)
  // Of a secret that is not granted yet, or was taken back, its relation says more in a later hook; of one whose store is away, a sweep.
  const content = secret ? await unlessUnreadable(juju.readSecret({ uri }, { refresh: true })) : {}
  const reading = contract.read(given, content ?? {}, wishes)
  const seen: StoreSeen = {
    relation,
    endpoint: contract.endpoint,
    application,
    ...(secret && { secret }),
    state: reading.kind,
    words: describe(reading),
  }
  return { seen, settings: reading.kind === 'ready' ? reading.settings : undefined, given, contract }
}

/** The provider's words are somebody else's text. */
function describe(reading: StoreReading): string {
  if (reading.kind === 'ready') return ''
  return reading.kind === 'invalid' ? plainText(reading.because, 200) : reading.missing.join(', ')
}
