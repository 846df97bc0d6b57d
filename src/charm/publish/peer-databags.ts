// The databags of the peer relation: what the leader tells all units, and what this unit tells of itself.

import { printFormat } from '../../interfaces/founding.ts'
import type { Databag, RelationId } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'

async function peerRelation({ juju }: Charm): Promise<RelationId> {
  const [relation] = await juju.relationIds('etcd-peers')
  if (relation === undefined)
    throw new Error('the peer relation is gone; a plan without peers must not write to them')
  return relation
}

export async function databagForAll(charm: Charm): Promise<Databag> {
  return charm.juju.readAppBag(await peerRelation(charm), charm.context.app)
}

export async function writeForAll(
  charm: Charm,
  wanted: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const current = await databagForAll(charm)
  await charm.juju.writeAppBag(await peerRelation(charm), current, { ...printFormat(current), ...wanted })
}

export async function writeOwnDatabag(
  charm: Charm,
  wanted: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const relation = await peerRelation(charm)
  const current = await charm.juju.readUnitBag(relation, charm.context.unit)
  await charm.juju.writeUnitBag(relation, current, wanted)
}
