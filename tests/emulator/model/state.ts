// What a Juju model knows: plain tables. Only a flush (an exit 0) or an operator's command changes them.

import type { Action } from './action.ts'
import type { AddedAddress } from './added-address.ts'
import type { Host } from '../host/host.ts'
import type { Offer } from './cross-model.ts'
import type { HookRun } from './hook-run.ts'
import type { Secret } from './secret.ts'

export type { Action } from './action.ts'
export type { HookRun } from './hook-run.ts'
export type { Consumer, Secret } from './secret.ts'

export type Bag = Record<string, string>

export interface Endpoint {
  readonly name: string
  readonly role: 'provides' | 'requires' | 'peers'
  readonly interface: string
  readonly scope: 'global' | 'container'
}

export type OptionType = 'string' | 'int' | 'float' | 'boolean' | 'secret'

export interface Charm {
  /** Where the archive was unpacked: the same folder for the same bytes. */
  readonly unpacked: string
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  /** Its units come with those of another application, on their machines. */
  readonly subordinate: boolean
  readonly storage: readonly { readonly name: string; readonly location: string }[]
  readonly defaults: Readonly<Record<string, string | number | boolean>>
  readonly actions: readonly string[]
  /** Those that leave the machine's lock alone; an execution group has one of its own, which is not emulated. */
  readonly parallelActions: ReadonlySet<string>
  /** The type of each. */
  readonly options: ReadonlyMap<string, OptionType>
  /** File name of each file resource. */
  readonly resources: ReadonlyMap<string, string>
}

export interface Application {
  readonly name: string
  charm: Charm
  readonly config: Record<string, string | number | boolean>
  readonly resources: Map<string, string>
  /** Spaces by endpoint; the empty name is for all others. */
  readonly bindings: Record<string, string>
  /** Sizes of storages that lie in memory, and those that are plain folders since nothing can be mounted; for units to come. */
  readonly memoryStorage: Map<string, string>
  readonly plainStorage: Set<string>
  /** 3.6 only. */
  readonly leaderSettings: Map<string, string>
  readonly units: Unit[]
  leader: string | undefined
  /** On its way out, with its units and relations. */
  dying: boolean
  /** Of the charm: each refresh has the next one. */
  charmRevision: number
  /** Counts refreshes and attached resources: each makes upgrade-charm. */
  modified: number
  nextUnit: number
  status: Status
  version: string
}

export interface Status {
  status: string
  message: string
}

/** What a unit's agent keeps between hooks. */
export interface Unit {
  readonly name: string
  readonly app: Application
  readonly host: Host
  readonly machine: string
  /** Whose machine a subordinate's unit is on. */
  readonly principal: Unit | undefined
  readonly workload: Status
  readonly state: Bag
  readonly ports: Set<string>
  /** Where a port is not open for all endpoints. */
  readonly portEndpoints: Map<string, readonly string[]>
  readonly relations: Map<number, SeenRelation>
  readonly storage: Map<string, boolean>
  readonly moreAddresses: AddedAddress[]
  /** Where others come in, by binding, if that is no address of the machine's own. */
  readonly ingress: Map<string, string>
  /** Hooks that must run next, with nothing in between. */
  readonly queued: HookToRun[]
  readonly actions: Action[]
  /** Those that programs of its machine have asked for. */
  readonly commands: HookToRun[]
  agent: 'idle' | 'error'
  failed: HookToRun | undefined
  installed: boolean
  led: boolean
  dying: boolean
  stopped: boolean
  removed: boolean
  configSeen: string | undefined
  /** Juju 4.0 tells of changed options twice. */
  configAgain: boolean
  rebooted: boolean
  leaderSettingsSeen: string | undefined
  modifiedSeen: number
  /** The unpacked archive whose files the unit has. */
  placed: string | undefined
  updateStatus: boolean
  /** Its machine is off, or cut off from the controller: no hook of it starts. */
  unreachable: boolean
}

export interface SeenRelation {
  created: boolean
  broken: boolean
  readonly members: Set<string>
  /** Whose joined ran last: its changed is this relation's next hook. */
  joined: string | undefined
  /** The agent was restarted since the unit entered: it has forgotten what kind of relation this is, and who is at the other end. */
  older: boolean
  /** Of a relation that is gone: that one unit left was the last that it hears. */
  told: boolean
  /** Databags of members as they were last read: the agent reads one anew for a hook about its unit, and for no other. */
  readonly kept: Map<string, Bag>
  /** Version of each databag when this unit was last told of it. */
  readonly versions: Map<string, number>
}

export interface Relation {
  readonly id: number
  readonly ends: readonly {
    readonly app: string
    readonly endpoint: string
    readonly role: Endpoint['role']
  }[]
  /** By application or unit name. */
  readonly bags: Map<string, Bag>
  readonly versions: Map<string, number>
  /** Of container scope: units see those on their own machine alone. */
  readonly contained: boolean
  dying: boolean
  /** Across models only. */
  suspended: boolean
  /** The controller has none any more, and units of this side still list it. */
  gone: boolean
  /** Nobody is told of units and databags at the other end, until the agents have been restarted. */
  stalled: boolean
  /** The other end left by `remove-saas`: this side hears no more of it than one departed, whose first run fails when it is committed. */
  parted: { failsNext: boolean } | undefined
  across: Across | undefined
}

/** The other side of a relation across models, and this side's application as it is known there. */
export interface Across {
  readonly tables: Tables
  readonly relation: Relation
  readonly app: string
  readonly as: string
  /** This side made the offer. */
  readonly offers: boolean
}

export interface HookToRun {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly relation?: number
  readonly action?: Action
  /** What a shell runs in place of the charm. */
  readonly command?: string
  /** Of a command that a program of the machine asked for: told what it printed, and why Juju refused what it wanted. */
  readonly ended?: (output: Action['output'], refusal: string | undefined) => void
  /** What the agent notes when the hook has committed. */
  readonly done: () => void
}

/** Which Juju is emulated: error texts, databag keys and hooks differ. */
export type Profile = '3.6' | '4.0'

export type Counted = 'relation' | 'machine' | 'task' | 'storage' | 'secret' | 'disk'

export interface Tables {
  readonly profile: Profile
  /** What JUJU_VERSION says; some faults were mended from one to the next. */
  version: string
  /** Hook tools that came with later versions. */
  readonly without: ReadonlySet<string>
  /** Awaited before a hook tool is answered: a bench makes each take what it takes at a real agent. */
  delayTool: (tool: string) => Promise<void>
  /** What Juju leaves to chance comes from here, by the model's seed. */
  readonly random: () => number
  /** Milliseconds of virtual time since the model was made; only a test moves it. */
  now: number
  /** Whether the controller answers: without it no hook starts, and hook tools fail. */
  controller: 'here' | 'away'
  readonly name: string
  readonly uuid: string
  /** Every model of this controller, this one among them. */
  readonly models: Tables[]
  /** By URL. */
  readonly offers: Map<string, Offer>
  /** Offers of other models, by the names that they have here. */
  readonly saas: Map<string, Offer>
  readonly applications: Map<string, Application>
  readonly relations: Map<number, Relation>
  readonly secrets: Map<string, Secret>
  readonly journal: HookRun[]
  /** What every hook gets beside Juju's own: for a test that watches processes. */
  readonly environment: Record<string, string>
  /** The next number of each kind: relations, units' machines, actions, storage and secrets count for themselves. */
  readonly sequences: Map<Counted, number>
}

export function applicationOf(entity: string): string {
  return entity.replace(/\/\d+$/, '')
}

export function endOf(relation: Relation, app: string): Relation['ends'][number] {
  const end = relation.ends.find((row) => row.app === app)
  if (!end) throw new Error(`relation ${relation.id} has no end at ${app}`)
  return end
}

/** Of a relation whose scope a unit enters. */
export function nothingSeen(): SeenRelation {
  return {
    created: false,
    broken: false,
    members: new Set(),
    joined: undefined,
    older: false,
    told: false,
    kept: new Map(),
    versions: new Map(),
  }
}

/** The application at the other end; of a peer relation, the same one. */
export function remoteOf(relation: Relation, app: string): string {
  return relation.ends.find((row) => row.app !== app)?.app ?? app
}

/** Juju counts from 0, except for the tasks of actions. */
export function nextNumber(tables: Tables, of: Counted): number {
  const number = tables.sequences.get(of) ?? (of === 'task' ? 1 : 0)
  tables.sequences.set(of, number + 1)
  return number
}
