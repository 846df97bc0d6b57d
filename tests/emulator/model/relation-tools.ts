// relation-ids, relation-list, relation-get, relation-set, relation-model-get (facts/juju.md §2.2–§2.6).

import {
  type HookContext,
  isLeader,
  json,
  nothing,
  parseFlags,
  readBag,
  relationOf,
  sorted,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import { applicationOf, type Bag, endOf, type Relation, remoteOf } from './state.ts'
import { readFileOf, readPairs } from './settings.ts'
import { hasBag } from './databag.ts'

export const relationIds: Tool = ({ context, args }) => {
  const { words } = parseFlags(args, {}, 1)
  const endpoint = words[0] ?? context.hook.env.JUJU_RELATION
  if (endpoint === undefined) throw new ToolFailure('no endpoint name specified', 2)
  const app = context.unit.app.name
  const ids = [...context.tables.relations.values()]
    .filter(
      (relation) =>
        context.unit.relations.get(relation.id)?.created && relation.ends.some((end) => end.app === app),
    )
    .filter((relation) => endOf(relation, app).endpoint === endpoint)
    .filter((relation) => !isEnding(context, relation.id))
    .map((relation) => `${endpoint}:${relation.id}`)
  return json(ids.sort())
}

/** On the way out with no members left. Juju 4.0 lists what is breaking, unless it is suspended. */
function isEnding({ tables, unit }: HookContext, id: number): boolean {
  const relation = tables.relations.get(id)
  const seen = unit.relations.get(id)
  if (seen?.broken) return true
  if (relation?.ends.length === 1 || seen?.members.size !== 0) return false
  return (
    relation?.suspended === true || (tables.profile === '3.6' && (relation?.dying === true || unit.dying))
  )
}

export const relationList: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '-r': 'value', '--relation': 'value', '--app': 'flag' }, 0)
  const relation = relationOf(context, parsed)
  if (parsed.flags.has('--app')) return json(remoteOf(relation, context.unit.app.name))
  return json([...(context.unit.relations.get(relation.id)?.members ?? [])].sort())
}

export const relationGet: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '-r': 'value', '--relation': 'value', '--app': 'flag' }, 2)
  const relation = relationOf(context, parsed)
  const [word = '', named] = parsed.words
  const key = word === '' ? '-' : word
  const entity = entityOf(context, named, parsed.flags.has('--app'))
  if (relation.gone) throw noLongerThere(context, entity)
  assertReadable(context, relation, entity)
  const bag = sorted(readBag(context, relation, entity))
  return json(key === '-' ? bag : bag[key])
}

/** Whose databag: the one that is named, or the hook's remote unit, or its application; 4.0 takes that one without `--app`, too. */
function entityOf({ hook, tables }: HookContext, named: string | undefined, app: boolean): string {
  const { JUJU_REMOTE_UNIT: unit, JUJU_REMOTE_APP: remote } = hook.env
  const target = named ?? (unit || remote)
  if (!target) throw new ToolFailure('no unit or application specified', 2)
  if (app && tables.profile === '4.0' && !/^[a-z][a-z0-9-]*(?:\/\d+)?$/.test(target))
    throw new ToolFailure('"" is not a valid unit or application')
  if (app) return applicationOf(target)
  if (target.includes('/') || (named === undefined && tables.profile === '4.0')) return target
  if (!/^[a-z][a-z0-9-]*$/.test(target)) throw new ToolFailure(`invalid unit name "${target}"`, 2)
  throw new ToolFailure(`expected unit name, got application name "${target}"`, 2)
}

/** @throws in 3.6 for the own application's databag, of a unit that does not lead; and for who is not in the relation */
function assertReadable(context: HookContext, relation: Relation, entity: string): void {
  const { profile } = context.tables
  const inIt = relation.ends.some((end) => end.app === applicationOf(entity))
  if (profile === '4.0') {
    if (!entity.includes('/') && !inIt) throw new ToolFailure(`getting application "${entity}" not found`)
    if (entity.includes('/') && (!inIt || !hasBag(relation, entity)))
      throw new ToolFailure('relation unit not found')
    return
  }
  if (!inIt) throw new ToolFailure('permission denied')
  const ownApp = entity === context.unit.app.name && relation.ends.length > 1
  if (ownApp && !isLeader(context)) throw new ToolFailure('permission denied')
}

/** 4.0 as recorded from 4.0.14, where the offering side lists a relation that the controller has no more; 3.6 has one text for all. */
function noLongerThere(context: HookContext, entity: string): ToolFailure {
  if (entity === context.unit.name || context.tables.profile === '3.6')
    return new ToolFailure('permission denied')
  if (entity === context.unit.app.name && isLeader(context))
    return new ToolFailure('permission denied (unauthorized access)')
  return new ToolFailure('getting regular relation by key: relation not found')
}

export const relationSet: Tool = (request) => {
  const { context, args } = request
  const parsed = parseFlags(args, {
    '-r': 'value',
    '--relation': 'value',
    '--app': 'flag',
    '--file': 'value',
  })
  const relation = relationOf(context, parsed)
  const changes: Bag = { ...readFileOf(request, parsed), ...readPairs(parsed.words) }
  const app = parsed.flags.has('--app')
  if (app && !isLeader(context)) throw new ToolFailure('cannot write relation settings')
  if (app) context.asLeader = true
  const entity = app ? context.unit.app.name : context.unit.name
  const name = `${relation.id} ${entity}`
  const pending = context.bags.get(name) ?? { relation, entity, changes: {} }
  Object.assign(pending.changes, changes)
  context.bags.set(name, pending)
  return nothing
}

export const relationModelGet: Tool = ({ context, args }) => {
  const relation = relationOf(context, parseFlags(args, { '-r': 'value' }))
  const { across } = relation
  if (relation.gone) throw noLongerThere(context, remoteOf(relation, context.unit.app.name))
  return json({ uuid: (across?.tables ?? context.tables).uuid })
}
