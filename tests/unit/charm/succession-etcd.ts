// The etcd of that world: what each step does to users, roles, files and processes, in parts between which a hook can be killed.

import type { AccessSeen } from '../../../src/charm/observed.ts'
import type { Step } from '../../../src/charm/step.ts'
import { noAccess } from './observation.ts'
import type { Node, World } from './succession-world.ts'

export function describe({ users, roles }: World, name: string): AccessSeen {
  const held = users.get(name)
  const permissions = roles.get(name)
  if (!held) return { ...noAccess, permissions }
  return { user: true, roles: [...held].sort(), permissions }
}

type Part = () => void

export function apply(world: World, node: Node, step: Step, now: number): readonly Part[] {
  if (step.kind === 'service/start' || step.kind === 'service/restart') return start(world, node, step, now)
  return [
    () => {
      act(world, node, step)
      watchAll(world)
    },
  ]
}

/** As run-service.ts does it. */
function start(
  world: World,
  node: Node,
  { files, loading }: Extract<Step, { kind: 'service/start' | 'service/restart' }>,
  now: number,
): readonly Part[] {
  const begun = { loading, before: String(node.invocation), at: now }
  return [
    () => {
      node.begun = { ...begun, halfway: true }
    },
    () => {
      node.files = { ...node.files, ...files }
    },
    () => {
      node.begun = begun
    },
    () => restart(world, node),
    () => confirm(node),
  ]
}

/** By a hook, or by itself: it reads what there is. */
export function restart(world: World, node: Node): void {
  const { truststore = '' } = node.files
  node.runs = [...world.leaves.values()].filter(({ pem }) => truststore.includes(pem))
  node.invocation += 1
  node.watches.clear()
  watchAll(world)
}

function confirm(node: Node): void {
  if (!node.begun) return
  const { halfway, loading } = node.begun
  node.loaded = halfway ? undefined : { ...loading, guarded: true }
  node.begun = undefined
}

function act({ users, roles }: World, node: Node, step: Step): void {
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
    case 'service/wait':
      confirm(node)
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
  for (const { runs, watches } of world.nodes.values())
    for (const { commonName } of runs ?? []) {
      const prefix = prefixOf(world, commonName)
      if (prefix !== undefined) watches.add(`${commonName} ${prefix}`)
    }
}
