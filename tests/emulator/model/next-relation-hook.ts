// The hooks of a unit's relations, in the order of facts/juju.md §3.3: one relation after the other, peers last.

import { isIPv6 } from '../host/network.ts'
import { boundAddress } from './bindings.ts'
import {
  type Application,
  applicationOf,
  bagOf,
  endOf,
  type HookToRun,
  type Relation,
  remoteOf,
  type SeenRelation,
  type Tables,
  type Unit,
} from './state.ts'

function relationsOf(tables: Tables, app: Application): readonly Relation[] {
  const all = [...tables.relations.values()].filter((relation) =>
    relation.ends.some((end) => end.app === app.name),
  )
  // Peers come last.
  return [
    ...all.filter((relation) => relation.ends.length > 1),
    ...all.filter((relation) => relation.ends.length === 1),
  ]
}

function seen(unit: Unit, relation: Relation): SeenRelation {
  const found = unit.relations.get(relation.id) ?? {
    created: false,
    broken: false,
    members: new Set<string>(),
    versions: new Map<string, number>(),
  }
  unit.relations.set(relation.id, found)
  return found
}

function hookFor(
  unit: Unit,
  relation: Relation,
  event: string,
  more: Record<string, string>,
  done: () => void,
): HookToRun {
  const { endpoint } = endOf(relation, unit.app.name)
  const env = {
    JUJU_RELATION: endpoint,
    JUJU_RELATION_ID: `${endpoint}:${relation.id}`,
    JUJU_REMOTE_APP: remoteOf(relation, unit.app.name),
    JUJU_REMOTE_UNIT: '',
    ...more,
  }
  return { name: `${endpoint}-relation-${event}`, env, relation: relation.id, done }
}

/** Enters the scopes of all new relations at once, as the agent does, and queues their created hooks. */
export function enterRelations(tables: Tables, unit: Unit): boolean {
  const fresh = relationsOf(tables, unit.app).filter((row) => !row.dying && !seen(unit, row).created)
  for (const relation of shuffled(tables, fresh)) {
    seen(unit, relation).created = true
    // The unit has its databag from here on.
    const address = boundAddress(unit, endOf(relation, unit.app.name).endpoint)
    Object.assign(bagOf(relation, unit.name), {
      'egress-subnets': `${address}/${isIPv6(address) ? 128 : 32}`,
      'ingress-address': address,
      ...(tables.profile === '3.6' && { 'private-address': address }),
    })
    relation.versions.set(unit.name, relation.versions.get(unit.name) ?? 1)
    unit.queued.push(hookFor(unit, relation, 'created', {}, () => {}))
  }
  return fresh.length > 0
}

/** Across relations Juju promises no order. */
function shuffled<T>(tables: Tables, rows: readonly T[]): readonly T[] {
  return rows
    .map((row) => [tables.random(), row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row)
}

export function relationHook(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const relation of relationsOf(tables, unit.app)) {
    const hook = nextOf(tables, unit, relation)
    if (hook) return hook
  }
  return undefined
}

function nextOf(tables: Tables, unit: Unit, relation: Relation): HookToRun | undefined {
  const state = seen(unit, relation)
  if (!state.created || state.broken) return undefined
  const ends = relation.dying || unit.dying
  const present = ends ? [] : membersOf(tables, unit, relation)
  const [gone] = [...state.members].filter((name) => !present.includes(name)).sort()
  if (gone !== undefined) return departed(unit, relation, state, gone)
  const peers = relation.ends.length === 1
  if (ends) return peers ? undefined : broken(tables, unit, relation, state)
  return (
    changedApp(unit, relation, state) ??
    joined(unit, relation, state, present) ??
    changedUnit(unit, relation, state)
  )
}

function membersOf(tables: Tables, unit: Unit, relation: Relation): readonly string[] {
  const units = tables.applications.get(remoteOf(relation, unit.app.name))?.units ?? []
  return units
    .filter(
      (other) =>
        other !== unit && !other.dying && !other.removed && other.relations.get(relation.id)?.created,
    )
    .map((other) => other.name)
    .sort()
}

function departed(unit: Unit, relation: Relation, state: SeenRelation, gone: string): HookToRun {
  state.members.delete(gone)
  const departing = unit.dying ? unit.name : gone
  const hook = hookFor(
    unit,
    relation,
    'departed',
    { JUJU_REMOTE_UNIT: gone, JUJU_DEPARTING_UNIT: departing },
    () => {},
  )
  unit.queued.push(hook)
  return { ...hook, done: () => void unit.queued.shift() }
}

function broken(tables: Tables, unit: Unit, relation: Relation, state: SeenRelation): HookToRun {
  return hookFor(unit, relation, 'broken', {}, () => {
    state.broken = true
    const units = relation.ends.flatMap((end) => tables.applications.get(end.app)?.units ?? [])
    const left = units.every((other) => other.removed || other.relations.get(relation.id)?.broken !== false)
    if (relation.dying && left) tables.relations.delete(relation.id)
  })
}

function changedApp(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const app = remoteOf(relation, unit.app.name)
  const version = relation.versions.get(app) ?? 0
  if (version === (state.versions.get(app) ?? 0)) return undefined
  return hookFor(unit, relation, 'changed', {}, () => state.versions.set(app, version))
}

function joined(
  unit: Unit,
  relation: Relation,
  state: SeenRelation,
  present: readonly string[],
): HookToRun | undefined {
  const [name] = present.filter((row) => !state.members.has(row))
  if (name === undefined) return undefined
  state.members.add(name)
  const env = { JUJU_REMOTE_UNIT: name, JUJU_REMOTE_APP: applicationOf(name) }
  const version = relation.versions.get(name) ?? 0
  // joined is followed by changed of that unit, even with nothing in its databag.
  const changed = hookFor(unit, relation, 'changed', env, () => state.versions.set(name, version))
  const first = hookFor(unit, relation, 'joined', env, () => {})
  unit.queued.push(first, changed)
  return { ...first, done: () => void unit.queued.shift() }
}

function changedUnit(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const name = [...state.members]
    .sort()
    .find((row) => (relation.versions.get(row) ?? 0) !== state.versions.get(row))
  if (name === undefined) return undefined
  const version = relation.versions.get(name) ?? 0
  const env = { JUJU_REMOTE_UNIT: name, JUJU_REMOTE_APP: applicationOf(name) }
  return hookFor(unit, relation, 'changed', env, () => state.versions.set(name, version))
}
