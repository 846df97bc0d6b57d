// Where a databag lies, and how often it was changed. Across models both sides see the one of whom it belongs to.

import { applicationOf, type Bag, type Relation } from './state.ts'

/** A databag lies on the side of whom it belongs to. */
function homeOf(
  relation: Relation,
  entity: string,
): { readonly relation: Relation; readonly entity: string } {
  const { across } = relation
  const remote = across?.relation.across
  const app = applicationOf(entity)
  if (!across || !remote || app === across.app) return { relation, entity }
  return { relation: across.relation, entity: `${remote.app}${entity.slice(app.length)}` }
}

export function bagOf(of: Relation, name: string): Bag {
  const { relation, entity } = homeOf(of, name)
  const bag = relation.bags.get(entity) ?? {}
  relation.bags.set(entity, bag)
  return bag
}

/** How often a databag was changed; 0 for one that was never written. */
export function versionOf(of: Relation, name: string): number {
  const { relation, entity } = homeOf(of, name)
  return relation.versions.get(entity) ?? 0
}

/** Whether the unit ever entered the relation; its databag stays when it has left. */
export function hasBag(of: Relation, name: string): boolean {
  const { relation, entity } = homeOf(of, name)
  return relation.bags.has(entity)
}
