// Which clients a hook looks at. It names the relation or the secret that may have changed: only that one is read anew, the others
// come from the ledger, so that a hook costs the same with one client as with a thousand (design §4).

import type { Ledger } from '../../interfaces/ledger.ts'
import type { RelationId } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import { fateOfBroken, observeUnseen } from './cross-model.ts'
import { relationsToSweep } from '../plan/clients/relations-to-sweep.ts'

export interface Look {
  readonly ledger: Ledger
  /** Everything is looked at again, not only what this hook is about. */
  readonly sweep: boolean
}

export interface Focus {
  readonly relations: ReadonlySet<RelationId>
  /** Relations that have ended. */
  readonly gone: ReadonlySet<number>
  readonly suspended: ReadonlySet<number>
  /** Those of them over which Juju shows something granted. */
  readonly granted: ReadonlySet<number>
}

export async function clientsInFocus(charm: Charm, look: Look): Promise<Focus> {
  const { context, juju } = charm
  const { hook } = context
  const { ledger } = look
  if (look.sweep) return sweep(charm, ledger)
  const relations = new Set<RelationId>()
  const gone = new Set<number>()
  const suspended = new Set<number>()
  const granted = new Set<number>()
  if (hook.kind === 'relation' && hook.endpoint === 'etcd-client') {
    if (hook.event === 'broken') {
      const crossModel = ledger.crossModel.has(hook.relation)
      const fate = crossModel ? await fateOfBroken(juju, hook.relation, ledger) : 'ended'
      ;(fate === 'ended' ? gone : suspended).add(hook.relation)
      if (fate === 'granted') granted.add(hook.relation)
    } else relations.add(hook.relation)
  }
  if (hook.kind === 'secret') {
    for (const { key, entry } of ledger.entries.values())
      if (entry.secret === hook.secret) relations.add(juju.relationId(key.relation))
  }
  // The note that a relation broke wakes its author: by then Juju may have removed it. So does the note that one was left alone, since a
  // write to it was not committed: what it was to be told, a key to encrypt by among it, is found by looking at it.
  if (hook.kind === 'relation' && hook.endpoint === 'etcd-peers') {
    for (const relation of ledger.unheard) relations.add(juju.relationId(relation))
    const { ended, ...unseen } = await observeUnseen(juju, ledger, relations)
    return { relations, gone: ended, ...unseen }
  }
  return { relations, gone, suspended, granted }
}

async function sweep({ context, juju, now }: Charm, ledger: Ledger): Promise<Focus> {
  const listed = await juju.relationIds('etcd-client')
  const byTurns = context.hook.name === 'update-status'
  const relations = new Set(relationsToSweep(ledger, listed, { byTurns, now }).map(juju.relationId))
  const { ended, ...unseen } = await observeUnseen(juju, ledger, relations)
  return { relations, gone: ended, ...unseen }
}
