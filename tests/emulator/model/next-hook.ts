// What a unit's agent does next, from the model and from what it has seen so far: Juju has no queue of events, it compares
// (facts/juju.md §3). One hook is chosen; afterwards the question is asked anew.

import {
  type Action,
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

export function nextHook(tables: Tables, unit: Unit): HookToRun | undefined {
  if (unit.removed) return undefined
  if (unit.failed) return unit.failed
  const queued = unit.queued[0]
  if (queued) return { ...queued, done: () => void (unit.queued.shift(), queued.done()) }
  if (!unit.installed) return storageHook(unit, 'attached') ?? install(unit)
  if (unit.dying)
    return action(unit) ?? storageHook(unit, 'detaching') ?? relationHook(tables, unit) ?? lastHooks(unit)
  return (
    createdHook(tables, unit) ??
    leaderElected(unit) ??
    secretChanged(tables, unit) ??
    action(unit) ??
    configChanged(unit) ??
    relationHook(tables, unit) ??
    updateStatus(unit)
  )
}

function plain(name: string, done: () => void): HookToRun {
  return { name, env: {}, done }
}

function install(unit: Unit): HookToRun {
  return plain('install', () => {
    unit.installed = true
  })
}

function storageHook(unit: Unit, event: 'attached' | 'detaching'): HookToRun | undefined {
  const wanted = event === 'attached'
  const [id] = [...unit.storage].find(([, attached]) => attached !== wanted) ?? []
  if (id === undefined) return undefined
  const name = id.replace(/\/\d+$/, '')
  const location = unit.app.charm.storage.find((row) => row.name === name)?.location ?? ''
  const env = { JUJU_STORAGE_ID: id, JUJU_STORAGE_LOCATION: location, JUJU_STORAGE_KIND: 'filesystem' }
  return { name: `${name}-storage-${event}`, env, done: () => unit.storage.set(id, wanted) }
}

function leaderElected(unit: Unit): HookToRun | undefined {
  if (unit.led || unit.app.leader !== unit.name) return undefined
  return plain('leader-elected', () => {
    unit.led = true
  })
}

function configChanged(unit: Unit): HookToRun | undefined {
  const now = JSON.stringify({ ...unit.app.charm.defaults, ...unit.app.config })
  if (unit.configSeen === now) return undefined
  return plain('config-changed', () => {
    if (unit.configSeen === undefined) unit.queued.push(plain('start', () => {}))
    unit.configSeen = now
  })
}

function updateStatus(unit: Unit): HookToRun | undefined {
  if (!unit.updateStatus) return undefined
  return plain('update-status', () => {
    unit.updateStatus = false
  })
}

function action(unit: Unit): HookToRun | undefined {
  const next = unit.actions.find((row) => row.status === 'pending')
  return next && runAction(next)
}

function runAction(next: Action): HookToRun {
  const env = { JUJU_ACTION_NAME: next.name, JUJU_ACTION_UUID: next.id, JUJU_ACTION_TAG: `action-${next.id}` }
  return { name: next.name, env, action: next, done: () => {} }
}

function secretChanged(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const secret of tables.secrets.values()) {
    const consumer = secret.consumers.get(unit.name)
    if (!consumer || consumer.told >= secret.latest) continue
    const { latest } = secret
    const label = secret.owner === unit.name || secret.owner === unit.app.name ? secret.label : ''
    const env = { JUJU_SECRET_ID: `secret:${secret.id}`, JUJU_SECRET_LABEL: label }
    return { name: 'secret-changed', env, done: () => void (consumer.told = Math.max(consumer.told, latest)) }
  }
  return undefined
}

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

function createdHook(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const relation of relationsOf(tables, unit.app)) {
    const state = seen(unit, relation)
    if (relation.dying || state.created) continue
    // The agent enters the relation's scope before the hook: the unit has its databag from here on.
    state.created = true
    Object.assign(bagOf(relation, unit.name), {
      'egress-subnets': `${unit.host.address}/32`,
      'ingress-address': unit.host.address,
    })
    relation.versions.set(unit.name, relation.versions.get(unit.name) ?? 1)
    unit.queued.push(hookFor(unit, relation, 'created', {}, () => {}))
    return nextHook(tables, unit)
  }
  return undefined
}

function relationHook(tables: Tables, unit: Unit): HookToRun | undefined {
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

function lastHooks(unit: Unit): HookToRun {
  if (!unit.stopped) {
    return plain('stop', () => {
      unit.stopped = true
    })
  }
  return plain('remove', () => {
    unit.removed = true
  })
}
