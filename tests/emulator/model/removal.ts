// How units, relations and applications end: each stays until whatever is in it has gone (facts/juju.md §3.5).

import { namesIn, sidesOf } from './cross-model.ts'
import type { Application, Relation, Tables, Unit } from './state.ts'
import { orphans, subordinatesOf } from './subordinates.ts'

/** The unit is on its way out. In Juju 4.0 it leads to its last hook; in 3.6 it does where it goes faster than its lease. */
export function startRemoval(tables: Tables, unit: Unit, keepsLease = tables.profile === '4.0'): void {
  unit.dying = true
  if (!keepsLease) passLease(unit)
  for (const subordinate of subordinatesOf(tables, unit))
    if (!subordinate.dying) startRemoval(tables, subordinate)
}

function passLease(unit: Unit): void {
  unit.led = false
  const { app } = unit
  if (app.leader === unit.name) app.leader = app.units.find((other) => !other.dying)?.name
}

/** The lease goes to another unit, whatever hook the one that had it may be in. */
export function passLeadership(app: Application, to: string): void {
  for (const unit of app.units) if (unit.name === app.leader) unit.led = false
  app.leader = to
}

/** The controller has the relation no more, with all that was granted over it; agents that have not heard of it still list it. */
export function loseRelation(tables: Tables, id: number): void {
  const relation = tables.relations.get(id)
  if (!relation) throw new Error(`relation ${id} not found`)
  for (const side of sidesOf(tables, relation)) {
    side.relation.gone = true
    for (const { grants } of side.tables.secrets.values())
      for (const [app, granted] of grants) if (granted === side.relation.id) grants.delete(app)
  }
}

/** Juju 4.0 gives the lease of a unit that has gone to any other, some time later. */
export function grantLeases(tables: Tables, isDue: () => boolean): boolean {
  const without = [...tables.applications.values()].flatMap((app) => {
    const units = app.units.filter((unit) => !unit.dying)
    return app.leader === undefined && units.length > 0 && isDue() ? [{ app, units }] : []
  })
  for (const { app, units } of without) app.leader = anyOf(tables, units)?.name
  return without.length > 0
}

export function anyOf(tables: Tables, units: readonly Unit[]): Unit | undefined {
  return units[Math.floor(tables.random() * units.length)]
}

/** A removed unit takes its secrets with it. */
export function forgetUnit(tables: Tables, unit: Unit): void {
  if (tables.profile === '3.6') passLease(unit)
  else if (unit.app.leader === unit.name) unit.app.leader = undefined
  unit.app.units.splice(unit.app.units.indexOf(unit), 1)
  for (const model of tables.models)
    for (const secret of model.secrets.values())
      for (const name of namesIn(model, tables, unit)) secret.consumers.delete(name)
  for (const secret of tables.secrets.values())
    if (secret.owner === unit.name) tables.secrets.delete(secret.id)
  for (const relation of tables.relations.values()) forgetIfLeft(tables, relation)
  forgetIfUnused(tables, unit.app)
}

/** Once every unit on both sides has left it, a dying relation is no more; what was granted over it is taken back then. */
export function forgetIfLeft(tables: Tables, relation: Relation): void {
  if (!relation.dying) return
  const sides = sidesOf(tables, relation)
  const left = sides.every((side) =>
    side.relation.ends
      .flatMap(({ app }) => side.tables.applications.get(app)?.units ?? [])
      .every((unit) => unit.removed || !isIn(unit, side.relation)),
  )
  if (!left) return
  for (const side of sides) {
    side.tables.relations.delete(side.relation.id)
    for (const { grants } of side.tables.secrets.values())
      for (const [app, id] of grants) if (id === side.relation.id) grants.delete(app)
    for (const orphan of orphans(side.tables)) if (!orphan.dying) startRemoval(side.tables, orphan)
    for (const { app } of side.relation.ends) forgetIfUnused(side.tables, side.tables.applications.get(app))
  }
}

/** Who came when the relation was already dying never enters its scope, and has nothing to leave. */
function isIn(unit: Unit, relation: Relation): boolean {
  const seen = unit.relations.get(relation.id)
  return seen?.created === true && !seen.broken
}

/** A removed application ends with the last of its units and relations, and its secrets with it. */
export function forgetIfUnused(tables: Tables, app: Application | undefined): void {
  if (!app?.dying || app.units.length > 0) return
  if ([...tables.relations.values()].some(({ ends }) => ends.some((end) => end.app === app.name))) return
  tables.applications.delete(app.name)
  for (const secret of tables.secrets.values())
    if (secret.owner === app.name) tables.secrets.delete(secret.id)
}
