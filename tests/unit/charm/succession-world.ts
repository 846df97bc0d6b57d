// A small world for the property about names: units with their own view of the ledger, what each one's etcd has loaded, users and roles in
// etcd, and clients that watch whatever they are let. Every hook is the charm's own decision; it may be killed after any step.

import { decide } from '../../../src/charm/decide.ts'
import type { AccessSeen, Loaded, Observed } from '../../../src/charm/observed.ts'
import type { Step } from '../../../src/charm/step.ts'
import type { Permission } from '../../../src/etcd/types.ts'
import type { PeerUnit } from '../../../src/interfaces/etcd-peers.ts'
import type { Ledger } from '../../../src/interfaces/ledger.ts'
import { leaf, ledgerOf, noAccess, settled } from './observation.ts'

/** What a requirer asks for now. */
export interface Asks {
  readonly commonName: string
  readonly prefix: string
  readonly serial: string
}

interface Node {
  databag: PeerUnit
  files: Observed['machine']['files']
  loaded: Loaded | undefined
  revoked: readonly string[] | undefined
  /** What the hook that runs there saw when it began. */
  view: View | undefined
  /** `name range` that somebody watches at the etcd that runs there; a restart ends them. */
  readonly watches: Set<string>
}

interface View {
  readonly ledger: Ledger
  readonly leads: boolean
}

export interface World {
  ledger: Ledger
  leader: string
  readonly nodes: Map<string, Node>
  readonly users: Map<string, Set<string>>
  readonly roles: Map<string, Permission[]>
  readonly asks: Map<number, Asks>
  /** Relations that are gone and of which the leader has not heard. */
  readonly gone: Set<number>
}

export function newWorld(units: readonly [string, ...string[]]): World {
  const node = (): Node => ({
    databag: {},
    files: {},
    loaded: undefined,
    revoked: undefined,
    view: undefined,
    watches: new Set(),
  })
  return {
    ledger: ledgerOf([]),
    leader: units[0],
    nodes: new Map(units.map((unit) => [unit, node()])),
    users: new Map(),
    roles: new Map(),
    asks: new Map(),
    gone: new Set(),
  }
}

function nodeOf(world: World, unit: string): Node {
  const node = world.nodes.get(unit)
  if (!node) throw new Error(`no unit ${unit}`)
  return node
}

export function begin(world: World, unit: string): void {
  nodeOf(world, unit).view = viewOf(world, unit)
}

function viewOf({ ledger, leader }: World, unit: string): View {
  return { ledger, leads: leader === unit }
}

export interface Hook {
  /** It is killed before the next step, and commits nothing. */
  readonly most: number
  /** It gets its turn to restart; where it does not, it does no more and commits. */
  readonly turn: boolean
}

/** The hook goes on from what it saw when it began. */
export function end(world: World, unit: string, { most, turn }: Hook, check: () => void): void {
  const node = nodeOf(world, unit)
  const seen = node.view ?? viewOf(world, unit)
  node.view = undefined
  const own = { asks: new Map(world.asks), gone: new Set(world.gone) }
  let left = most
  for (;;) {
    const { steps, writes } = decide(observe(world, unit, seen, own))
    const waits = !turn && steps.some(({ kind }) => kind === 'service/restart')
    for (const step of steps) {
      if (waits && step.kind === 'service/restart') break
      if (left === 0) return
      left -= 1
      apply(world, node, step)
      watchAll(world)
      check()
    }
    if (steps.length > 0 && !waits) continue
    if (left === 0) return
    // Whoever has lost the leadership meanwhile commits nothing; what it did to etcd is done.
    if (seen.leads && world.leader !== unit) return
    for (const write of waits ? decide(observe(world, unit, seen, own)).writes : writes) {
      if (write.kind === 'ledger/write') world.ledger = write.ledger
      if (write.kind === 'peer-unit/write') node.databag = write.unit
    }
    if (seen.leads) for (const relation of own.gone) world.gone.delete(relation)
    return
  }
}

function observe(
  world: World,
  unit: string,
  { ledger, leads }: View,
  { asks, gone }: Pick<World, 'asks' | 'gone'>,
): Observed {
  const base = settled()
  const [template] = [...(base.peers?.units.values() ?? [])]
  if (!base.peers || !template) throw new Error('the settled observation has peers')
  const { application } = base.peers
  const certificates = application.certificates.get(base.unit)
  if (!certificates) throw new Error('the settled observation has certificates')
  const node = nodeOf(world, unit)
  const access = new Map<string, AccessSeen>(
    [...new Set([...world.users.keys(), ...world.roles.keys(), ...names])].map((name) => [
      name,
      describe(world, name),
    ]),
  )
  const relations = [...asks].map(([relation, { commonName, prefix, serial }]) => {
    const asked = { request: '', prefix, echo: {} }
    const certificate = { kind: 'leaf', leaf: leaf(commonName, serial), secret: undefined } as const
    const requests = [{ asked, certificate }]
    return [relation, { kind: 'requests', application: 'web', protocol: 'v0', requests } as const] as const
  })
  return {
    ...base,
    unit,
    leader: leads,
    peers: {
      ...base.peers,
      application: {
        ...application,
        certificates: new Map([...world.nodes.keys()].map((name) => [name, certificates])),
      },
      ledger,
      units: new Map(
        [...world.nodes].map(([name, { databag }]) => [
          name,
          { ...template, databag: { ...template.databag, ...databag } },
        ]),
      ),
    },
    machine: {
      ...base.machine,
      claim: { token: 'token', generation: 1, unit },
      files: node.files,
      loaded: node.loaded,
      revoked: node.revoked,
      service: node.loaded ? 'active' : 'inactive',
    },
    etcd: {
      kind: 'up',
      here: node.loaded !== undefined,
      members: undefined,
      authentication: true,
      accessRevision: undefined,
      access,
      orphans: [],
    },
    clients: { ...base.clients, relations: new Map(relations), gone },
  }
}

/** Names that the clients of these worlds ask for. */
export const names = ['shared', 'Shared', 'other'] as const

function describe({ users, roles }: World, name: string): AccessSeen {
  const held = users.get(name)
  const permissions = roles.get(name)
  if (!held) return { ...noAccess, permissions }
  return { user: true, roles: [...held].sort(), permissions }
}

function apply(world: World, node: Node, step: Step): void {
  const { users, roles } = world
  switch (step.kind) {
    case 'user/create':
      users.set(step.user, users.get(step.user) ?? new Set())
      return
    case 'user/delete':
      users.delete(step.user)
      return
    case 'role/create':
      roles.set(step.role, roles.get(step.role) ?? [])
      return
    case 'role/delete':
      roles.delete(step.role)
      for (const held of users.values()) held.delete(step.role)
      return
    case 'role/grant':
      users.get(step.user)?.add(step.role)
      return
    case 'role/revoke':
      users.get(step.user)?.delete(step.role)
      return
    case 'permission/grant':
      roles.get(step.role)?.push(step.permission)
      return
    case 'permission/revoke': {
      const left = (roles.get(step.role) ?? []).filter(({ key }) => key !== step.permission.key)
      roles.set(step.role, left)
      return
    }
    case 'file/write':
      node.files = { ...node.files, [step.file]: step.content }
      return
    case 'revocation/write':
      node.revoked = step.serials
      return
    case 'service/start':
    case 'service/restart':
      node.loaded = { ...step.loading, guarded: true }
      node.watches.clear()
      return
    default:
      return
  }
}

/** What a user may read now, as the text that its range begins with. */
export function prefixOf({ users, roles }: World, name: string): string | undefined {
  return users.get(name)?.has(name) ? roles.get(name)?.[0]?.key : undefined
}

/** Whoever is trusted at a member watches there all that it may. */
function watchAll(world: World): void {
  for (const { loaded, watches } of world.nodes.values())
    for (const { commonName } of loaded?.leaves ?? []) {
      const prefix = prefixOf(world, commonName)
      if (prefix !== undefined) watches.add(`${commonName} ${prefix}`)
    }
}
