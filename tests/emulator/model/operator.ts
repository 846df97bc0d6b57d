// What an operator's commands change in the model's tables: deploy, integrate, remove-relation, add-unit … (no hook runs here).

import { randomUUID } from 'node:crypto'
import type { Hosts } from '../host/host.ts'
import { type Action, execName, newAction } from './action.ts'
import { loseOtherSide, relateAcross, sidesOf } from './cross-model.ts'
import { newUnit, nextUnitName } from './new-unit.ts'
import { forgetIfLeft, forgetIfUnused, startRemoval } from './removal.ts'
import { endpointOf } from './subordinates.ts'
import { type Application, type Charm, nextNumber, type Relation, type Tables, type Unit } from './state.ts'

/** A new model beside those, which it joins. */
export function newTables(
  name: string,
  profile: Tables['profile'],
  random: () => number,
  models: Tables[] = [],
  without: readonly string[] = [],
): Tables {
  const tables: Tables = {
    profile,
    version: profile === '3.6' ? '3.6.26' : '4.0.15',
    without: new Set(without),
    delayTool: async () => {},
    random,
    now: 0,
    controller: 'here',
    name,
    uuid: randomUUID(),
    models,
    offers: new Map(),
    saas: new Map(),
    applications: new Map(),
    relations: new Map(),
    secrets: new Map(),
    journal: [],
    environment: {},
    sequences: new Map(),
  }
  models.push(tables)
  return tables
}

export function applicationNamed(tables: Tables, name: string): Application {
  const found = tables.applications.get(name)
  if (!found) throw new Error(`application "${name}" not found`)
  return found
}

export function unitNamed(tables: Tables, name: string): Unit {
  const found = applicationNamed(tables, name.split('/', 1)[0] ?? '').units.find((unit) => unit.name === name)
  if (!found) throw new Error(`unit "${name}" not found`)
  return found
}

export function addApplication(tables: Tables, name: string, charm: Charm): Application {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*$/.test(name))
    throw new Error(`"${name}" is no valid application name`)
  if (tables.applications.has(name)) throw new Error(`application "${name}" exists`)
  const app: Application = {
    name,
    charm,
    config: {},
    resources: new Map(),
    bindings: {},
    memoryStorage: new Map(),
    plainStorage: new Set(),
    dying: false,
    leaderSettings: new Map(),
    units: [],
    leader: undefined,
    nextUnit: 0,
    modified: 0,
    charmRevision: 0,
    status: { status: 'unset', message: '' },
    version: '',
  }
  tables.applications.set(name, app)
  for (const { name: endpoint, role } of charm.endpoints) {
    if (role === 'peers') addRelation(tables, [{ app: name, endpoint, role }])
  }
  return app
}

export async function addUnit(
  tables: Tables,
  app: Application,
  hosts: Hosts,
  attach: (unit: Unit, storage: string) => Promise<void>,
): Promise<Unit> {
  if (app.charm.subordinate) throw new Error(`cannot add units to the subordinate "${app.name}"`)
  const unit = newUnit(tables, app, await hosts.open(nextUnitName(app).replace('/', '-')))
  for (const storage of app.charm.storage) await attach(unit, storage.name)
  return unit
}

function addRelation(tables: Tables, ends: Relation['ends'], contained = false): Relation {
  const relation: Relation = {
    id: nextNumber(tables, 'relation'),
    ends,
    bags: new Map(),
    versions: new Map(),
    contained,
    dying: false,
    suspended: false,
    gone: false,
    stalled: false,
    parted: undefined,
    across: undefined,
  }
  tables.relations.set(relation.id, relation)
  return relation
}

/** `a:x` and `b:y`, one of which provides what the other requires; either may be the name of a consumed offer. */
export function integrate(tables: Tables, one: string, other: string): Relation {
  const [saas] = [one, other].flatMap((text) =>
    [...tables.saas.keys()].filter((name) => nameOf(text) === name),
  )
  if (saas !== undefined) {
    const [app = '', endpoint = ''] = (nameOf(one) === saas ? other : one).split(':')
    const declared = applicationNamed(tables, app).charm.endpoints.find((row) => row.name === endpoint)
    if (!declared) throw new Error(`application "${app}" has no endpoint "${endpoint}"`)
    return relateAcross(tables, { app, endpoint: declared }, saas, addRelation)
  }
  const ends = [one, other].map((text) => {
    const [name = '', endpoint = ''] = text.split(':')
    const declared = endpointOf(applicationNamed(tables, name), endpoint)
    return { app: name, endpoint, role: declared.role, interface: declared.interface, scope: declared.scope }
  })
  const [first, second] = ends
  const roles = new Set(ends.map((end) => end.role))
  if (first?.interface !== second?.interface || !roles.has('provides') || !roles.has('requires'))
    throw new Error(`no relations found between ${one} and ${other}`)
  const there = [...tables.relations.values()].some((relation) =>
    ends.every((end) => relation.ends.some((row) => row.app === end.app && row.endpoint === end.endpoint)),
  )
  if (there) throw new Error(`relation ${one} ${other} already exists`)
  return addRelation(
    tables,
    ends,
    ends.some((end) => end.scope === 'container'),
  )
}

function nameOf(text: string): string {
  return text.split(':', 1)[0] ?? ''
}

export function removeRelation(tables: Tables, id: number): void {
  const relation = tables.relations.get(id)
  if (!relation) throw new Error(`relation ${id} not found`)
  for (const side of sidesOf(tables, relation)) side.relation.dying = true
  // One that was suspended has broken everywhere, and breaks no second time.
  forgetIfLeft(tables, relation)
}

/** As with `--force`: the relations to it go, too. */
export function removeOffer(tables: Tables, url: string): void {
  const offered = tables.offers.get(url)
  if (!offered) throw new Error(`application offer "${url}" not found`)
  tables.offers.delete(url)
  for (const { id, across, ends } of [...tables.relations.values()])
    if (
      across?.offers &&
      ends.some((end) => end.app === offered.app && end.endpoint === offered.endpoint.name)
    )
      removeRelation(tables, id)
}

/** An offer that is no longer consumed takes its relations with it; in Juju 4.0 the offering side never hears of their end. */
export function removeSaas(tables: Tables, saas: string): void {
  tables.saas.delete(saas)
  for (const relation of [...tables.relations.values()]) {
    if (!relation.ends.some((end) => end.app === saas)) continue
    if (tables.profile === '4.0') loseOtherSide(relation)
    removeRelation(tables, relation.id)
  }
}

/** Its relations and units are on their way out with it, and it stays until the last of them has ended. */
export function removeApplication(tables: Tables, name: string): void {
  const app = applicationNamed(tables, name)
  app.dying = true
  for (const relation of tables.relations.values())
    if (relation.ends.some((end) => end.app === name)) removeRelation(tables, relation.id)
  for (const unit of app.units) startRemoval(tables, unit)
  forgetIfUnused(tables, app)
}

export function addAction(
  tables: Tables,
  unit: Unit,
  name: string,
  params: Readonly<Record<string, unknown>>,
): Action {
  if (!unit.app.charm.actions.includes(name))
    throw new Error(`action "${name}" not defined on unit "${unit.name}"`)
  return ask(tables, unit, { name, params })
}

/** As `juju exec`, which waits two minutes for it. */
export function addExec(tables: Tables, unit: Unit, command: string): Action {
  return ask(tables, unit, { name: execName, params: { command, timeout: 120_000_000_000 }, command })
}

function ask(tables: Tables, unit: Unit, of: Omit<Parameters<typeof newAction>[0], 'id'>): Action {
  const action = newAction({ id: String(nextNumber(tables, 'task')), ...of })
  unit.actions.push(action)
  return action
}
