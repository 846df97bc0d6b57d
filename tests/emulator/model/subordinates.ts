// Subordinates: applications whose units come and go with the units of another, on the same machines (facts/juju.md §3.3, §1.6).

import { newUnit } from './new-unit.ts'
import type { Application, Endpoint, Relation, Tables, Unit } from './state.ts'

/** What every charm provides, declared or not: no hook runs for it on that side. */
export const implicit: Endpoint = {
  name: 'juju-info',
  role: 'provides',
  interface: 'juju-info',
  scope: 'global',
}

export function endpointOf({ name, charm }: Application, asked: string): Endpoint {
  const found = [...charm.endpoints, implicit].find((row) => row.name === asked)
  if (!found) throw new Error(`application "${name}" has no endpoint "${asked}"`)
  return found
}

/** The unit is in the relation by what its charm provides without a word. */
export function isImplicit({ app }: Unit, relation: Relation): boolean {
  return (
    relation.ends.some((end) => end.app === app.name && end.endpoint === implicit.name) &&
    !app.charm.endpoints.some((row) => row.name === implicit.name)
  )
}

/** Where a principal's unit enters a relation of container scope, the subordinate gets its unit beside it, once. */
export function placeSubordinate(tables: Tables, unit: Unit, relation: Relation): void {
  if (!relation.contained || unit.principal) return
  for (const { app: name } of relation.ends) {
    const app = tables.applications.get(name)
    if (!app?.charm.subordinate || app.dying || app.units.some((row) => row.principal === unit)) continue
    newUnit(tables, app, unit.host, unit)
  }
}

export function subordinatesOf(tables: Tables, unit: Unit): readonly Unit[] {
  return unitsOf(tables).filter((row) => row.principal === unit)
}

/** Those whose application is in no relation of container scope with their principal's any more. */
export function orphans(tables: Tables): readonly Unit[] {
  const together = (one: Application, other: Application): boolean =>
    [...tables.relations.values()].some(
      ({ contained, ends }) =>
        contained && [one, other].every((app) => ends.some((end) => end.app === app.name)),
    )
  return unitsOf(tables).filter((unit) => unit.principal && !together(unit.app, unit.principal.app))
}

function unitsOf(tables: Tables): readonly Unit[] {
  return [...tables.applications.values()].flatMap((app) => app.units)
}
