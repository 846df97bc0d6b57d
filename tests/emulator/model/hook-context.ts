// One running hook: what it may see, and what it has asked for. Nothing of the latter is in the model before the flush.

import { bagOf } from './databag.ts'
import type { Bag, HookToRun, Relation, Secret, Status, Tables, Unit } from './state.ts'

export interface HookContext {
  readonly id: string
  readonly tables: Tables
  readonly unit: Unit
  readonly hook: HookToRun
  readonly bags: Map<string, { relation: Relation; entity: string; changes: Bag }>
  /** Databags as this hook first saw them: its view stays, whatever others commit meanwhile. */
  readonly seen: Map<string, Bag>
  /** Ports opened (true) and closed so far. */
  readonly ports: Map<string, boolean>
  readonly portEndpoints: Map<string, readonly string[]>
  readonly flush: (() => void)[]
  readonly pendingSecrets: Map<string, Secret>
  /** Content that this hook has set so far, and what else of a secret it has changed. */
  readonly contents: Map<Secret, Bag>
  readonly pendingMetadata: Map<Secret, PendingMetadata>
  readonly removedSecrets: Set<Secret>
  readonly log: string[]
  /** Statuses as this hook read them first. */
  readonly statuses: Map<Status, Status>
  /** State keys that this hook has set or (`undefined`) deleted. */
  readonly state: Map<string, string | undefined>
  /** The controller went away while it ran. */
  cutOff: boolean
  /** It has asked for what only the leader may: that is looked at again at the flush. */
  asLeader: boolean
  /** What is-leader said first, if that was no: it stays so for this hook. */
  follows: boolean
}

interface PendingMetadata {
  readonly label?: string
  readonly description?: string
  readonly rotation?: Secret['rotation']
  readonly expire?: number
}

/** @param id what the hook's tools must name */
export function openContext(id: string, tables: Tables, unit: Unit, hook: HookToRun): HookContext {
  unit.relations.get(hook.relation ?? -1)?.kept.delete(hook.env.JUJU_REMOTE_UNIT ?? '')
  return {
    id,
    tables,
    unit,
    hook,
    bags: new Map(),
    seen: new Map(),
    ports: new Map(),
    portEndpoints: new Map(),
    flush: [],
    pendingSecrets: new Map(),
    contents: new Map(),
    pendingMetadata: new Map(),
    removedSecrets: new Set(),
    log: [],
    statuses: new Map(),
    state: new Map(),
    cutOff: false,
    asLeader: false,
    follows: false,
  }
}

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Printed in the format that the caller wants, in place of `out`. */
  readonly value?: { readonly is: unknown }
}

export interface Request {
  readonly context: HookContext
  readonly args: readonly string[]
  readonly stdin: string
  /** The caller's working directory. */
  readonly cwd?: string
}

export type Tool = (request: Request) => Answer | Promise<Answer>

/** A hook tool's failure: 1 at run time, 2 for its usage. */
export class ToolFailure extends Error {
  readonly code: number

  constructor(message: string, code = 1) {
    super(message)
    this.code = code
  }
}

/** @throws while there is no controller to ask; the hook is then marked, since it can't help failing. */
export function assertController(context: HookContext): void {
  if (context.tables.controller === 'here') return
  context.cutOff = true
  throw new ToolFailure('connection is shut down')
}

export const nothing: Answer = { code: 0, out: '', err: '' }

/** An answer in the caller's format. */
export function json(value: unknown): Answer {
  return { ...nothing, value: { is: value } }
}

export function isLeader({ unit }: HookContext): boolean {
  return unit.app.leader === unit.name
}

export interface Parsed {
  readonly flags: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

/** Juju's flags: before or behind the words, `--f v` and `--f=v`, all behind `--` are words. */
export function parseFlags(
  args: readonly string[],
  spec: Readonly<Record<string, 'flag' | 'value'>>,
  most = Number.POSITIVE_INFINITY,
): Parsed {
  const flags = new Map<string, string>()
  const words: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      words.push(...rest.splice(0))
    } else if (/^-./.test(arg)) {
      const [name = '', inline] = arg.split(/=(.*)/s)
      const kind =
        spec[name] ?? (name === '--format' || name === '-o' || name === '--output' ? 'value' : undefined)
      if (kind === undefined) throw new ToolFailure(`option provided but not defined: ${name}`, 2)
      if (kind === 'value') {
        const value = inline ?? rest.shift()
        if (value === undefined) throw new ToolFailure(`option needs an argument: ${name}`, 2)
        flags.set(name, value)
      } else if (inline?.toLowerCase() !== 'false') flags.set(name, 'true')
    } else words.push(arg)
  }
  if (words.length > most) throw new ToolFailure(`unrecognized args: ${JSON.stringify(words.slice(most))}`, 2)
  return { flags, words }
}

/** As Go prints maps. */
export function sorted<Value>(bag: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(bag).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The relation of `-r`, or the hook's own. Both checks happen while flags are parsed: exit 2. */
export function relationOf(context: HookContext, { flags }: Parsed): Relation {
  const text = flags.get('-r') ?? flags.get('--relation')
  const digits = text?.replace(/^.*:/, '')
  const id = digits === undefined ? context.hook.relation : Number(digits || 'none')
  if (id === undefined) throw new ToolFailure('no relation id specified', 2)
  if (!Number.isSafeInteger(id))
    throw new ToolFailure(`invalid value "${text}" for option -r: invalid relation id`, 2)
  const relation = context.tables.relations.get(id)
  // A unit that has left a relation knows it no more, though it may only be suspended.
  if (!relation || (context.unit.relations.get(id)?.broken ?? true)) {
    throw new ToolFailure(`invalid value "${text}" for option -r: relation not found`, 2)
  }
  return relation
}

/** A databag with this hook's own changes in it. */
export function readBag(context: HookContext, relation: Relation, entity: string): Bag {
  const name = `${relation.id} ${entity}`
  const seen = context.seen.get(name) ?? { ...keptBag(context, relation, entity) }
  context.seen.set(name, seen)
  const bag = { ...seen, ...context.bags.get(name)?.changes }
  return Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== ''))
}

/** Of a member, as it was when a hook about that unit ran, or when it was first read since: later writes are seen with the hook that tells of them. */
function keptBag({ unit }: HookContext, relation: Relation, entity: string): Bag {
  const state = unit.relations.get(relation.id)
  if (!state?.members.has(entity)) return bagOf(relation, entity)
  const kept = state.kept.get(entity) ?? { ...bagOf(relation, entity) }
  state.kept.set(entity, kept)
  return kept
}
