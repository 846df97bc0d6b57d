// A small world for the property about names: units with their own view of Juju, what each one's etcd has loaded, users and roles in
// etcd, and clients that watch whatever they are let. Every hook is the charm's own decision; it may be killed at any step.

import { decide } from '../../../src/charm/decide.ts'
import type { Observed, Order } from '../../../src/charm/observed.ts'
import type { Begun, Loaded } from '../../../src/charm/plan/workload/service-seen.ts'
import type { Permission } from '../../../src/etcd/types.ts'
import type { ClientCas, PeerUnit } from '../../../src/interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../../../src/interfaces/ledger.ts'
import { leaf, ledgerOf, now } from './observation.ts'
import { apply } from './succession-etcd.ts'
import { observe } from './succession-observed.ts'

/** What a requirer asks for now, by one of its requests. */
export interface Asks {
  readonly commonName: string
  readonly prefix: string
  readonly serial: string
  /** What it sends can't be a client's certificate. */
  readonly bad?: boolean
}

export interface Node {
  databag: PeerUnit
  files: Observed['machine']['files']
  /** What a restart that was seen to its end was begun with. */
  loaded: Loaded | undefined
  begun: Begun | undefined
  invocation: number
  /** What the etcd that runs has really read; not there while none runs. */
  runs: readonly Leaf[] | undefined
  revoked: readonly string[] | undefined
  /** What the hook that runs there saw when it began. */
  view: View | undefined
  /** `name range` that somebody watches at the etcd that runs there; a restart ends them. */
  readonly watches: Set<string>
}

/** Juju as it was when the hook began. */
export interface View {
  readonly ledger: Ledger
  readonly term: number | undefined
  readonly now: number
  readonly databags: ReadonlyMap<string, PeerUnit>
  readonly signed: ReadonlySet<string>
  readonly clientCas: Readonly<Record<string, ClientCas>>
  readonly asks: ReadonlyMap<number, ReadonlyMap<string, Asks>>
  readonly gone: ReadonlySet<number>
  readonly suspended: ReadonlySet<number>
}

/** What a unit does not come to for a while. */
export type Hindrance = 'restarts' | 'hooks'

export interface World {
  now: number
  ledger: Ledger
  leader: string
  /** Another one each time that the leadership moves. */
  term: number
  clientCas: Readonly<Record<string, ClientCas>>
  readonly nodes: Map<string, Node>
  /** Units with certificates. */
  readonly signed: Set<string>
  readonly users: Map<string, Set<string>>
  readonly roles: Map<string, Permission[]>
  readonly asks: Map<number, Map<string, Asks>>
  /** Relations that are gone and of which the leader has not heard. */
  readonly gone: Set<number>
  /** Relations that Juju shows no more, and that may come back. */
  readonly suspended: Set<number>
  readonly hindered: Map<string, Hindrance>
  /** Every certificate that was ever asked with. */
  readonly leaves: Map<string, Leaf>
}

export function newWorld(units: readonly [string, ...string[]]): World {
  return {
    now,
    ledger: ledgerOf([]),
    leader: units[0],
    term: 1,
    clientCas: {},
    nodes: new Map(units.map((unit) => [unit, newNode()])),
    signed: new Set(units),
    users: new Map(),
    roles: new Map(),
    asks: new Map(),
    gone: new Set(),
    suspended: new Set(),
    hindered: new Map(),
    leaves: new Map(),
  }
}

export function newNode(): Node {
  return {
    databag: {},
    files: {},
    loaded: undefined,
    begun: undefined,
    invocation: 0,
    runs: undefined,
    revoked: undefined,
    view: undefined,
    watches: new Set(),
  }
}

/** A relation that was suspended has its say once it is resumed. */
export function ask(world: World, relation: number, request: string, asks: Asks): void {
  const requests = world.asks.get(relation) ?? new Map<string, Asks>()
  world.asks.set(relation, requests.set(request, asks))
  const asked = leaf(asks.commonName, asks.serial)
  world.leaves.set(asked.fingerprint, asked)
  world.gone.delete(relation)
}

export function nodeOf(world: World, unit: string): Node {
  const node = world.nodes.get(unit)
  if (!node) throw new Error(`no unit ${unit}`)
  return node
}

export function begin(world: World, unit: string): void {
  const { asks, leader, nodes, term } = world
  nodeOf(world, unit).view = {
    ledger: world.ledger,
    term: leader === unit ? term : undefined,
    now: world.now,
    databags: new Map([...nodes].map(([name, { databag }]) => [name, databag])),
    signed: new Set(world.signed),
    clientCas: world.clientCas,
    asks: new Map([...asks].map(([relation, requests]) => [relation, new Map(requests)])),
    gone: new Set(world.gone),
    suspended: new Set(world.suspended),
  }
}

export interface Hook {
  /** It is killed before the next step, and commits nothing. */
  readonly most: number
  /** It gets its turn to restart; where it does not, it does no more and commits. */
  readonly turn: boolean
  /** It does not reach etcd. */
  readonly blind?: boolean
  readonly sweep?: boolean
  /** The one relation that it looks at; all of them where it is left out. */
  readonly about?: number | undefined
  readonly order?: Order
}

/** `committed`: not killed, and what it wrote was taken. */
export type Ending = 'killed' | 'committed'

/** The hook goes on from what it saw when it began. */
export function end(world: World, unit: string, hook: Hook, check: () => void): Ending {
  const node = nodeOf(world, unit)
  if (!node.view) begin(world, unit)
  const { view } = node
  if (!view) throw new Error('a hook that began has seen something')
  node.view = undefined
  const left = { steps: hook.most }
  const look = () => decide(observe(world, unit, view, hook))
  for (;;) {
    const { steps, writes } = look()
    const waits = !hook.turn && steps.some(({ kind }) => kind === 'service/restart')
    for (const step of steps) {
      if (waits && step.kind === 'service/restart') break
      for (const part of apply(world, node, step, view.now)) {
        if (left.steps === 0) return 'killed'
        left.steps -= 1
        part()
        check()
      }
    }
    if (steps.length > 0 && !waits) continue
    if (left.steps === 0) return 'killed'
    return commit(world, unit, view, waits ? look().writes : writes)
  }
}

function commit(
  world: World,
  unit: string,
  { asks: _, gone, term, databags }: View,
  writes: ReturnType<typeof decide>['writes'],
): Ending {
  const node = nodeOf(world, unit)
  // Whoever has lost the leadership meanwhile commits nothing; what it did to etcd is done.
  if (term !== undefined && (world.leader !== unit || world.term !== term)) return 'killed'
  for (const write of writes) {
    if (write.kind === 'ledger/write') world.ledger = write.ledger
    if (write.kind === 'peer-unit/write') node.databag = write.unit
  }
  if (term === undefined) return 'committed'
  for (const relation of gone) world.gone.delete(relation)
  for (const name of databags.keys()) if (world.nodes.has(name)) world.signed.add(name)
  return 'committed'
}
