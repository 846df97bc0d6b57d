// What a story does to Juju and sees of it, whatever Juju that is: the emulator, or a controller behind the `juju` command.

import type { Profile } from '../../emulator/model/state.ts'

export type { Profile } from '../../emulator/model/state.ts'

/** What a story may need that not every driver can give; a story, or a step of one, that needs it says so and is skipped by name. */
export const needs = {
  journal: 'which hooks ran and what they called',
  faults: 'hooks killed, cables pulled, machines lost or restarted',
  'virtual-time': 'time that a test moves',
  'one-hook-at-a-time': 'hooks run one by one, in an order by the seed',
  standstill: 'a model that stands still while several commands are given',
  'relation-numbers': 'relations whose numbers the test chooses',
  'ghost-clients': 'clients that are rows of a table and no charm',
  'cross-model': 'a second model, offers and consumers',
  'python-requirer': 'the requirer on the field’s own library',
} as const
export type Need = keyof typeof needs

export interface Driver {
  readonly name: 'emulator' | 'juju'
  /** Each Juju that it can be; a controller is one. */
  readonly profiles: readonly Profile[]
  /** Why it can't give that; `undefined` if it can. */
  lacks(need: Need): string | undefined
  open(options: ModelOptions): Promise<StoryModel>
}

export interface ModelOptions {
  readonly profile: Profile
  /** A model of the story's own. Otherwise etcd may have served other stories before, whose clients are gone. */
  readonly own: boolean
}

/** The archives that stories deploy; and one that a story finds by itself. */
export type CharmName = 'etcd' | 'client' | 'python'
export interface OtherCharm {
  readonly archive: string
}

export type Values = Readonly<Record<string, string | number | boolean>>
export type Bag = Readonly<Record<string, string>>

export interface Deploy {
  readonly charm: CharmName | OtherCharm
  readonly units?: number
  readonly config?: Values
  /** Paths of files, by the resource's name. */
  readonly resources?: Readonly<Record<string, string>>
  /** Storage that units left behind, for one unit only. */
  readonly attachStorage?: readonly string[]
}

export interface Status {
  readonly status: string
  readonly message: string
}

export interface UnitView {
  readonly name: string
  readonly workload: Status
  readonly leader: boolean
  readonly address: string
  /** Like `2379/tcp`. */
  readonly ports: readonly string[]
}

export interface ApplicationView {
  /** Of an application that never set one, its units' worst. */
  readonly status: Status
  readonly version: string
}

export interface RelationView {
  readonly id: number
  readonly endpoint: string
  readonly crossModel: boolean
}

export interface SecretView {
  /** Its 20 characters, without scheme or model. */
  readonly id: string
  /** Application, unit or model. */
  readonly owner: string
  readonly label: string
  /** The latest. */
  readonly revision: number
}

export interface ActionResult {
  readonly status: string
  readonly message: string
  readonly results: Bag
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The operator's commands: each returns when Juju has taken it, not when it is done. `app/leader` is a unit's name, too. */
export interface Commands {
  deploy(app: string, what: Deploy): Promise<void>
  /** Its storage goes with it, or stays for others to be given. */
  removeApplication(app: string, how?: { readonly keepsStorage: boolean }): Promise<void>
  addUnit(app: string, count?: number): Promise<void>
  /** One unit, with storage that another one left behind. */
  addUnitWith(app: string, storage: string): Promise<void>
  removeUnit(unit: string): Promise<void>
  configure(app: string, values: Values): Promise<void>
  /** Those options are again what they are by default. */
  resetConfiguration(app: string, options: readonly string[]): Promise<void>
  refresh(app: string, archive: string): Promise<void>
  attachResource(app: string, resource: string, path: string): Promise<void>
  /** `a:x` and `b:y`; the relation's id in this model. */
  integrate(one: string, other: string): Promise<number>
  removeRelation(relation: number): Promise<void>
  /** The offering side's command. */
  suspendRelation(relation: number): Promise<void>
  resumeRelation(relation: number): Promise<void>
  /** One more model on the same controller. */
  another(): Promise<StoryModel>
  /** Of `app:endpoint`; the URL that another model consumes. */
  offer(endpoint: string): Promise<string>
  removeOffer(url: string): Promise<void>
  /** The offer becomes an application of this name here, to integrate with. */
  consume(url: string, saas: string): Promise<void>
  removeSaas(saas: string): Promise<void>
  /** Waits for its end. */
  runAction(unit: string, action: string, params?: Readonly<Record<string, unknown>>): Promise<ActionResult>
  /** A program on the unit's machine, as root. */
  exec(unit: string, argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>
  /** A hook tool, as an operator runs it by `juju exec`: what it changes is committed. @returns what it printed */
  hookTool(unit: string, ...argv: readonly string[]): Promise<string>
}

/** What can be seen, always as it is now. */
export interface Views {
  units(app: string): Promise<readonly UnitView[]>
  unit(name: string): Promise<UnitView>
  application(name: string): Promise<ApplicationView>
  relations(app: string): Promise<readonly RelationView[]>
  /** Of an application or a unit. */
  databag(relation: number, entity: string): Promise<Bag>
  secrets(): Promise<readonly SecretView[]>
  /** Ids like `data/0`. */
  storageOf(unit: string): Promise<readonly string[]>
  /** By id or URI: what its latest revision holds. */
  secretContent(secret: string): Promise<Bag>
  /** How often systemd started that service of the unit's machine. */
  serviceStarts(unit: string, service: string): Promise<number>
}

export interface StoryModel extends Commands, Views, AsyncDisposable {
  readonly profile: Profile
  readonly archives: Readonly<Record<CharmName, string>>
  /** Waits until nobody has anything to do. A hook that fails is an error here, at once. */
  settle(): Promise<void>
  /**
   * Settles, and waits for more as long as that does not hold; `what` is said when it never does, and what is seen instead, where
   * `holds` returns that.
   */
  until(what: string, holds: () => Promise<boolean | string>): Promise<void>
  /** Update-status on every unit, or on one application's, as after five quiet minutes; then settles. */
  updateStatus(app?: string): Promise<void>
  /** Every hook that failed so far, in words. */
  failedHooks(): Promise<readonly string[]>
  /** Called when a story failed, while the model is still there. */
  keepLogs(story: string): Promise<void>
}
