// relation-ids, relation-list, relation-get, relation-set, relation-model-get (facts/juju.md §2.2–§2.6).

import {
  type HookContext,
  isLeader,
  json,
  nothing,
  parseFlags,
  readBag,
  relationOf,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import { readSettings } from './read-settings.ts'
import { applicationOf, type Bag, endOf, remoteOf } from './state.ts'

export const relationIds: Tool = ({ context, args }) => {
  const { words } = parseFlags(args, {})
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

/** On the way out with no members left: so the relation that is breaking is not listed. */
function isEnding({ tables, unit }: HookContext, id: number): boolean {
  const relation = tables.relations.get(id)
  const peers = relation?.ends.length === 1
  const seen = unit.relations.get(id)
  const ends = relation?.dying === true || relation?.suspended === true || unit.dying
  return seen?.broken === true || (!peers && ends && seen?.members.size === 0)
}

export const relationList: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '-r': 'value', '--relation': 'value', '--app': 'flag' })
  const relation = relationOf(context, parsed)
  if (parsed.flags.has('--app')) return json(remoteOf(relation, context.unit.app.name))
  return json([...(context.unit.relations.get(relation.id)?.members ?? [])].sort())
}

export const relationGet: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '-r': 'value', '--relation': 'value', '--app': 'flag' })
  const relation = relationOf(context, parsed)
  const [key = '-', target = context.hook.env.JUJU_REMOTE_UNIT || context.hook.env.JUJU_REMOTE_APP] =
    parsed.words
  if (!target) throw new ToolFailure('no unit or application specified', 2)
  const entity = parsed.flags.has('--app') ? applicationOf(target) : target
  if (!entity.includes('/') && !parsed.flags.has('--app')) {
    throw new ToolFailure(`expected unit name, got application name "${target}"`, 2)
  }
  if (relation.gone) throw noLongerThere(context, entity)
  if (!relation.ends.some((end) => end.app === applicationOf(entity)))
    throw new ToolFailure('permission denied')
  const ownApp = entity === context.unit.app.name && relation.ends.length > 1
  if (ownApp && !isLeader(context)) throw new ToolFailure('permission denied')
  const bag = readBag(context, relation, entity)
  return json(key === '-' ? bag : bag[key])
}

/** 4.0 as recorded from 4.0.14, where the offering side lists a relation that the controller has no more; 3.6 has one text for all. */
function noLongerThere(context: HookContext, entity: string): ToolFailure {
  if (entity === context.unit.name || context.tables.profile === '3.6')
    return new ToolFailure('permission denied')
  if (entity === context.unit.app.name && isLeader(context))
    return new ToolFailure('permission denied (unauthorized access)')
  return new ToolFailure('getting regular relation by key: relation not found')
}

export const relationSet: Tool = ({ context, args, stdin }) => {
  const parsed = parseFlags(args, {
    '-r': 'value',
    '--relation': 'value',
    '--app': 'flag',
    '--file': 'value',
  })
  const relation = relationOf(context, parsed)
  const changes: Bag = parsed.flags.get('--file') === '-' ? readSettings(stdin) : {}
  for (const word of parsed.words) {
    const at = word.indexOf('=')
    if (at < 1) throw new ToolFailure(`expected "key=value", got "${word}"`, 2)
    changes[word.slice(0, at)] = word.slice(at + 1)
  }
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
