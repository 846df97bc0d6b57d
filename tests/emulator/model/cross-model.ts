// Relations across models. The consuming model knows the offer by a name of its own choice; the offering model knows the consumer by
// a name that Juju makes. Each side has the relation under an id of its own, and the databags of both are one.

import { randomUUID } from 'node:crypto'
import { isIPv6 } from '../host/network.ts'
import { boundAddress } from './bindings.ts'
import { bagOf } from './databag.ts'
import {
  type Endpoint,
  endOf,
  nothingSeen,
  type Relation,
  type SeenRelation,
  type Tables,
  type Unit,
} from './state.ts'

export interface Offer {
  readonly url: string
  readonly tables: Tables
  readonly app: string
  readonly endpoint: Endpoint
}

export function offer(tables: Tables, text: string): Offer {
  const [app = '', name = ''] = text.split(':')
  const endpoint = tables.applications.get(app)?.charm.endpoints.find((row) => row.name === name)
  if (!endpoint) throw new Error(`application "${app}" has no endpoint "${name}"`)
  const made = { url: `admin/${tables.name}.${app}`, tables, app, endpoint }
  tables.offers.set(made.url, made)
  return made
}

/** The offer becomes an application of that name here. */
export function consume(tables: Tables, url: string, saas: string): void {
  const found = tables.models.flatMap((model) => model.offers.get(url) ?? [])[0]
  if (!found) throw new Error(`application offer "${url}" not found`)
  if (tables.applications.has(saas) || tables.saas.has(saas))
    throw new Error(`application "${saas}" already exists`)
  tables.saas.set(saas, found)
}

/** Makes the relation in both models; `add` numbers it in each. */
export function relateAcross(
  tables: Tables,
  own: { readonly app: string; readonly endpoint: Endpoint },
  saas: string,
  add: (tables: Tables, ends: Relation['ends']) => Relation,
): Relation {
  const offered = tables.saas.get(saas)
  if (!offered) throw new Error(`application "${saas}" not found`)
  if (offered.endpoint.interface !== own.endpoint.interface || offered.endpoint.role === own.endpoint.role)
    throw new Error(`no relations found between ${own.app} and ${saas}`)
  const end = (app: string, { name, role }: Endpoint): Relation['ends'][number] => ({
    app,
    endpoint: name,
    role,
  })
  const proxy = `remote-${randomUUID().replaceAll('-', '')}`
  const here = add(tables, [end(own.app, own.endpoint), end(saas, offered.endpoint)])
  const there = add(offered.tables, [end(offered.app, offered.endpoint), end(proxy, own.endpoint)])
  here.across = { tables: offered.tables, relation: there, app: own.app, as: proxy, offers: false }
  there.across = { tables, relation: here, app: offered.app, as: saas, offers: true }
  return here
}

/** The relation on this side and, across models, the same one on the other. */
export function sidesOf(
  tables: Tables,
  relation: Relation,
): readonly { readonly tables: Tables; readonly relation: Relation }[] {
  const { across } = relation
  const parted = relation.parted ?? across?.relation.parted
  return [{ tables, relation }, ...(across && !parted ? [across] : [])]
}

/** The controller forgets the relation on the other side, whose units go on listing it. */
export function loseOtherSide({ across }: Relation): void {
  if (!across) return
  across.relation.gone = true
  across.relation.parted = { failsNext: true }
  for (const { grants } of across.tables.secrets.values())
    for (const [app, id] of grants) if (id === across.relation.id) grants.delete(app)
}

/** Units of one end of a relation, by the names that they have on this side. */
export function unitsAt(
  tables: Tables,
  relation: Relation,
  app: string,
): readonly { readonly name: string; readonly unit: Unit; readonly relation: Relation }[] {
  const { across } = relation
  const remote = across?.relation.across
  if (!across || !remote || app === across.app)
    return (tables.applications.get(app)?.units ?? []).map((unit) => ({ name: unit.name, unit, relation }))
  const units = across.tables.applications.get(remote.app)?.units ?? []
  return units.map((unit) => ({
    name: `${remote.as}/${unit.name.split('/')[1]}`,
    unit,
    relation: across.relation,
  }))
}

/** What a unit is called in another model, or in its own. */
export function namesIn(home: Tables, tables: Tables, unit: Unit): readonly string[] {
  if (home === tables) return [unit.name]
  return [...tables.relations.values()].flatMap(({ across }) =>
    across?.tables === home && across.app === unit.app.name
      ? [`${across.as}/${unit.name.split('/')[1]}`]
      : [],
  )
}

/** The offering side's command: the relation breaks on both sides and lives on. */
export function suspendRelation(tables: Tables, id: number): void {
  const relation = tables.relations.get(id)
  if (!relation?.across?.offers) throw new Error(`relation ${id} is not to an offer of this model`)
  for (const side of sidesOf(tables, relation)) side.relation.suspended = true
}

/**
 * The units that broke it enter again, with their databags as they were at the very first; the applications' databags are as they were.
 * Juju 4.0 runs relation-created again; 3.6 mostly doesn't, but does where the agent was restarted meanwhile: `created` says so.
 */
export function resumeRelation(tables: Tables, id: number, created = tables.profile === '4.0'): void {
  const relation = tables.relations.get(id)
  if (!relation?.suspended) throw new Error(`relation ${id} is not suspended`)
  for (const side of sidesOf(tables, relation)) {
    side.relation.suspended = false
    for (const { app } of side.relation.ends)
      for (const unit of side.tables.applications.get(app)?.units ?? []) {
        if (!unit.relations.get(side.relation.id)?.broken) continue
        unit.relations.delete(side.relation.id)
        if (!created) enterScope(side.tables, unit, side.relation).created = true
      }
  }
}

/** The unit has its databag from here on; what was in it before is gone. */
export function enterScope(tables: Tables, unit: Unit, relation: Relation): SeenRelation {
  const address = boundAddress(unit, endOf(relation, unit.app.name).endpoint)
  const bag = bagOf(relation, unit.name)
  for (const key of Object.keys(bag)) delete bag[key]
  Object.assign(bag, {
    'egress-subnets': `${address}/${isIPv6(address) ? 128 : 32}`,
    'ingress-address': address,
    ...(tables.profile === '3.6' && { 'private-address': address }),
  })
  relation.versions.set(unit.name, (relation.versions.get(unit.name) ?? 0) + 1)
  const seen = nothingSeen()
  unit.relations.set(relation.id, seen)
  return seen
}
