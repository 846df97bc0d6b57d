// The hooks of a unit's relations, in the order of facts/juju.md §3.3: one relation after the other, peers last.

import { enterScope, unitsAt } from './cross-model.ts'
import { versionOf } from './databag.ts'
import { firstQueued } from './queued.ts'
import { forgetIfLeft } from './removal.ts'
import { isImplicit, placeSubordinate } from './subordinates.ts'
import {
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

function relationsOf(tables: Tables, unit: Unit): readonly Relation[] {
  const all = [...tables.relations.values()].filter((relation) =>
    relation.ends.some((end) => end.app === unit.app.name),
  )
  // Peers come last; an agent that was restarted has forgotten which ones they are.
  const isPeers = (row: Relation): boolean => row.ends.length === 1 && !unit.relations.get(row.id)?.older
  return [
    ...inAnyOrder(
      tables,
      all.filter((row) => !isPeers(row)),
    ),
    ...all.filter(isPeers),
  ]
}

/** Whichever of them has something to do: Juju 4.0 looks at one after the other in no order, and anew each time. */
function inAnyOrder(tables: Tables, rows: readonly Relation[]): readonly Relation[] {
  if (tables.profile === '3.6' || rows.length < 2) return rows
  const first = Math.floor(tables.random() * rows.length)
  return [...rows.slice(first), ...rows.slice(0, first)]
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
  const fresh = relationsOf(tables, unit).filter(
    (row) => !row.dying && !row.suspended && !row.gone && !seen(unit, row).created,
  )
  for (const relation of shuffled(tables, fresh)) {
    enterScope(tables, unit, relation).created = true
    placeSubordinate(tables, unit, relation)
    if (!isImplicit(unit, relation)) unit.queued.push(hookFor(unit, relation, 'created', {}, () => {}))
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
  for (const relation of relationsOf(tables, unit)) {
    const hook = isImplicit(unit, relation)
      ? leaveUnheard(tables, unit, relation)
      : nextOf(tables, unit, relation)
    if (hook) return hook
  }
  return undefined
}

/** Without a hook. */
function leaveUnheard(tables: Tables, unit: Unit, relation: Relation): undefined {
  const state = seen(unit, relation)
  if (!state.created || state.broken || !(relation.dying || unit.dying)) return
  state.broken = true
  forgetIfLeft(tables, relation)
}

function nextOf(tables: Tables, unit: Unit, relation: Relation): HookToRun | undefined {
  const state = seen(unit, relation)
  if (!state.created || state.broken) return undefined
  if (state.joined !== undefined) return changedOnceJoined(unit, relation, state, state.joined)
  if (relation.gone && !relation.dying)
    return relation.parted && !unit.dying ? lastOfGone(unit, relation, state) : undefined
  const ends = relation.dying || relation.suspended || unit.dying
  const present = ends ? [] : membersOf(tables, unit, relation)
  const tells = ends || isTold(tables, unit, relation, state)
  const [gone] = tells ? [...state.members].filter((name) => !present.includes(name)).sort() : []
  if (gone !== undefined) return departed(unit, relation, state, gone)
  if (ends) return isPeers(relation, state) ? undefined : broken(tables, unit, relation, state)
  if (relation.stalled) return undefined
  return (
    changedApp(unit, relation, state) ??
    joined(unit, relation, state, present) ??
    changedUnit(unit, relation, state)
  )
}

function isPeers(relation: Relation, state: SeenRelation): boolean {
  return relation.ends.length === 1 && !state.older
}

/**
 * Whether the unit hears that others leave while the relation lives on. In Juju 4.0 nobody hears it of a peer before its own agent was
 * restarted; and once a relation across models was lost, nobody hears it of units in other models.
 */
function isTold(
  { profile, relations }: Tables,
  unit: Unit,
  relation: Relation,
  state: SeenRelation,
): boolean {
  if (profile === '3.6') return true
  if (relation.ends.length === 1) return state.older
  if (!relation.across) return true
  return ![...unit.relations.keys()].some((id) => relations.get(id)?.gone)
}

function membersOf(tables: Tables, unit: Unit, relation: Relation): readonly string[] {
  // A unit on its way out is a member until it has broken the relation; 3.6 hides it from the first.
  const there = (other: Unit): boolean => tables.profile === '4.0' || !other.dying
  return unitsAt(tables, relation, remoteOf(relation, unit.app.name))
    .filter(({ unit: other, relation: there_ }) => {
      const seen = other.relations.get(there_.id)
      const near = !relation.contained || other.host === unit.host
      return other !== unit && near && there(other) && !other.removed && seen?.created && !seen.broken
    })
    .map(({ name }) => name)
    .sort()
}

/** Hears of one unit that has left, and never of another, nor of the end. */
function lastOfGone(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const [first] = [...state.members].sort()
  if (state.told || first === undefined) return undefined
  state.told = true
  return departed(unit, relation, state, first)
}

function departed(unit: Unit, relation: Relation, state: SeenRelation, gone: string): HookToRun | undefined {
  state.members.delete(gone)
  const departing = unit.dying ? unit.name : gone
  const env = { JUJU_REMOTE_UNIT: gone, JUJU_DEPARTING_UNIT: departing }
  unit.queued.push(hookFor(unit, relation, 'departed', env, () => {}))
  return firstQueued(unit)
}

function broken(tables: Tables, unit: Unit, relation: Relation, state: SeenRelation): HookToRun {
  const env = state.older ? { JUJU_REMOTE_APP: '' } : {}
  return hookFor(unit, relation, 'broken', env, () => {
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
  const first = hookFor(unit, relation, 'joined', env, () => {
    state.joined = name
  })
  unit.queued.push(first)
  return firstQueued(unit)
}

/** Even with nothing in its databag, and though the unit may have left meanwhile; hooks of other relations may come between. */
function changedOnceJoined(unit: Unit, relation: Relation, state: SeenRelation, name: string): HookToRun {
  const version = versionOf(relation, name)
  const env = { JUJU_REMOTE_UNIT: name, JUJU_REMOTE_APP: applicationOf(name) }
  return hookFor(unit, relation, 'changed', env, () => {
    state.versions.set(name, version)
    state.joined = undefined
  })
}

function changedUnit(unit: Unit, relation: Relation, state: SeenRelation): HookToRun | undefined {
  const name = [...state.members].sort().find((row) => versionOf(relation, row) !== state.versions.get(row))
  if (name === undefined) return undefined
  const version = versionOf(relation, name)
  const env = { JUJU_REMOTE_UNIT: name, JUJU_REMOTE_APP: applicationOf(name) }
  return hookFor(unit, relation, 'changed', env, () => state.versions.set(name, version))
}
