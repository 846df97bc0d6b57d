// The hooks of a unit's relations, in the order of facts/juju.md §3.3: one relation after the other, peers last.

import { enterScope, unitsAt } from './cross-model.ts'
import { versionOf } from './databag.ts'
import { forgetIfLeft } from './removal.ts'
import {
  type Application,
  applicationOf,
  endOf,
  type HookToRun,
  nothingSeen,
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
  const found = unit.relations.get(relation.id) ?? nothingSeen()
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
  const fresh = relationsOf(tables, unit.app).filter(
    (row) => !row.dying && !row.suspended && !row.gone && !seen(unit, row).created,
  )
  for (const relation of shuffled(tables, fresh)) {
    enterScope(tables, unit, relation).created = true
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
  if (relation.gone && !relation.dying) return undefined
  const ends = relation.dying || relation.suspended || unit.dying
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
  return unitsAt(tables, relation, remoteOf(relation, unit.app.name))
    .filter(({ unit: other, relation: there }) => {
      const seen = other.relations.get(there.id)
      return other !== unit && !other.dying && !other.removed && seen?.created && !seen.broken
    })
    .map(({ name }) => name)
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
    forgetIfLeft(tables, relation)
  })
}

function changedApp(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const app = remoteOf(relation, unit.app.name)
  const version = versionOf(relation, app)
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
  const version = versionOf(relation, name)
  // joined is followed by changed of that unit, even with nothing in its databag.
  const changed = hookFor(unit, relation, 'changed', env, () => state.versions.set(name, version))
  const first = hookFor(unit, relation, 'joined', env, () => {})
  unit.queued.push(first, changed)
  return { ...first, done: () => void unit.queued.shift() }
}

function changedUnit(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const name = [...state.members].sort().find((row) => versionOf(relation, row) !== state.versions.get(row))
  if (name === undefined) return undefined
  const version = versionOf(relation, name)
  const env = { JUJU_REMOTE_UNIT: name, JUJU_REMOTE_APP: applicationOf(name) }
  return hookFor(unit, relation, 'changed', env, () => state.versions.set(name, version))
}
