// Writes to relations that may be on their way out: Juju refuses them when the hook commits, and then runs the very same hook again. A
// relation that was written to in vain is left alone until Juju has run all hooks about it that are due (src/juju/attempt.ts).

import type { RelationId } from '../juju/index.ts'
import type { Charm } from './charm.ts'

const nameOf = (relation: number): string => `relation ${relation}`

/** Before anything is written to another application's relation, or granted over it. */
export function beginWriting({ juju }: Charm, relation: RelationId): Promise<void> {
  return juju.attempt(nameOf(relation))
}

/** Those that this hook leaves alone. The peers' hooks run behind those of all other relations, update-status when nothing else is due. */
export async function refusedRelations({ context: { hook }, juju }: Charm): Promise<ReadonlySet<number>> {
  const names = await juju.refused()
  if (names.size === 0) return new Set()
  const lateEnough =
    hook.name === 'update-status' || (hook.kind === 'relation' && hook.endpoint === 'etcd-peers')
  if (lateEnough && !juju.isRepeated()) {
    await juju.forgetRefused()
    return new Set()
  }
  return new Set([...names].flatMap((name) => /^relation (\d+)$/.exec(name)?.slice(1).map(Number) ?? []))
}
