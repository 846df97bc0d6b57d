// Before a restore takes all away, what there is goes to the store, where there is one and etcd answers. No other backup goes because of it:
// what is about to be restored may be the oldest that is kept, and the restore may have to be begun again.

import { beginBackup } from '../../act/backup/begin-backup.ts'
import type { Charm } from '../../charm.ts'
import { readStores, wishesOf } from '../../observe/backup/read-store.ts'
import type { Observed } from '../../observed.ts'
import { conditionOf } from '../../outcome.ts'
import { awaitBackup } from '../create-backup.ts'
import type { Parameters } from './parameters.ts'

export type Safety =
  | { readonly kind: 'safe'; readonly words: string }
  | { readonly kind: 'failed'; readonly why: string }

const instead = 'or say skip-safety-backup=true'

export async function takeSafetyBackup(
  charm: Charm,
  observed: Observed,
  { skipSafetyBackup }: Parameters,
): Promise<Safety> {
  if (skipSafetyBackup) return { kind: 'safe', words: 'none, as asked for' }
  if (observed.etcd.kind !== 'up') return { kind: 'safe', words: 'none: no member serves' }
  if ((await readStores(charm, wishesOf(observed.config.inForce))).length === 0)
    return { kind: 'safe', words: 'none: no store is related; what there is is kept aside on every unit' }
  try {
    const token = await beginBackup(charm, observed, { keepsAll: true })
    const last = await awaitBackup(charm, token)
    const outcome = last?.outcome?.token === token ? last.outcome : undefined
    if (outcome && outcome.ended !== 'failed') return { kind: 'safe', words: outcome.newest?.id ?? 'taken' }
    return {
      kind: 'failed',
      why: `the safety backup failed: ${outcome?.failure?.words ?? 'nobody knows why'}; mend that, ${instead}`,
    }
  } catch (error) {
    const condition = conditionOf(error)
    if (!condition) throw error
    return {
      kind: 'failed',
      why: `no safety backup can be taken: ${condition.message}; mend that, ${instead}`,
    }
  }
}
