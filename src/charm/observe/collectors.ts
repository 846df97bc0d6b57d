// The collectors beside this unit. Whether they were told everything is looked at when one comes, and when this charm may be another than
// the one that told them: no other hook pays for it.

import { join } from 'node:path'
import { configKey, fillIn } from '../../interfaces/cos-agent.ts'
import { unlessGone } from '../../juju/errors.ts'
import type { RelationId } from '../../juju/names.ts'
import { readTextIfExists } from '../../machine/file.ts'
import type { Charm } from '../charm.ts'
import type { CollectorsSeen } from '../observed.ts'
import { refusedRelations } from '../writes-to-relations.ts'

const endpoint = 'cos-agent'
/** Written when the charm is packed. */
const template = 'dist/observability.json'

export async function observeCollectors(charm: Charm): Promise<CollectorsSeen | undefined> {
  if (!looks(charm)) return undefined
  const relations = await charm.juju.relationIds(endpoint)
  if (relations.length === 0) return undefined
  const refused = await refusedRelations(charm)
  const open = relations.filter((relation) => !refused.has(relation))
  const told = await Promise.all(open.map((relation) => readTold(charm, relation)))
  return { wanted: await readWanted(charm), told: new Map(told.flat()) }
}

function looks({ context: { hook } }: Charm): boolean {
  if (hook.kind === 'relation') return hook.endpoint === endpoint
  return hook.name === 'upgrade-charm' || hook.name === 'config-changed'
}

/** Of a relation that has ended nothing. */
async function readTold(
  { context, juju }: Charm,
  relation: RelationId,
): Promise<readonly (readonly [number, string | undefined])[]> {
  const bag = await unlessGone(juju.readUnitBag(relation, context.unit))
  return bag ? [[relation, bag[configKey]]] : []
}

async function readWanted({ context }: Charm): Promise<string | undefined> {
  const text = await readTextIfExists(join(context.charmDir, template))
  const { app: application, model } = context
  return text && fillIn(text, { model: model.name, modelUuid: model.uuid, application })
}
