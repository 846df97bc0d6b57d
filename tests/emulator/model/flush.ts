// The one commit that a hook gets when its process has ended with 0: all of it or nothing (facts/juju.md §5).

import { bagOf, versionOf } from './databag.ts'
import { assertController, type HookContext, isLeader, ToolFailure } from './hook-context.ts'
import type { Secret } from './state.ts'

/** @throws what Juju would refuse at the flush: the hook has then failed, and nothing of it is in the model. */
export function flush(context: HookContext): void {
  assertController(context)
  if (context.asLeader && !isLeader(context)) throw new ToolFailure('leadership was lost while the hook ran')
  for (const { relation } of context.bags.values())
    if (relation.gone)
      throw new ToolFailure(context.tables.profile === '3.6' ? 'permission denied' : 'relation not found')
  assertThere(context)
  assertSmall(context)
  commitSecrets(context)
  for (const { relation, entity, changes } of context.bags.values()) {
    if (!context.tables.relations.has(relation.id)) continue
    const bag = bagOf(relation, entity)
    // 4.0 keeps to itself what a charm writes over the addresses that Juju gives: its own hook sees it, and nobody else.
    if (context.tables.profile === '4.0' && entity.includes('/'))
      for (const key of ['ingress-address', 'egress-subnets']) delete changes[key]
    let changed = false
    for (const [key, value] of Object.entries(changes)) {
      if ((bag[key] ?? '') === value) continue
      changed = true
      if (value === '') delete bag[key]
      else bag[key] = value
    }
    // A write of the same content is no event; an application's own bag on a peer relation is one even for its writer.
    if (changed) relation.versions.set(entity, versionOf(relation, entity) + 1)
  }
  for (const [key, value] of context.state) {
    if (value === undefined) delete context.unit.state[key]
    else context.unit.state[key] = value
  }
}

/** 4.0 takes all of it or nothing; 3.6 takes one after the other, and what it has taken stays though a later one is refused. */
function commitSecrets({ tables, flush: writes }: HookContext): void {
  const before = [...tables.secrets].map(([id, row]) => [id, copyOf(row)] as const)
  try {
    for (const write of writes) write()
  } catch (error) {
    if (tables.profile === '4.0') {
      tables.secrets.clear()
      for (const [id, row] of before) tables.secrets.set(id, row)
    }
    throw error
  }
}

function copyOf(row: Secret): Secret {
  const { revisions, expiry, obsolete, grants, consumers } = row
  return {
    ...row,
    revisions: new Map(revisions),
    expiry: new Map(expiry),
    obsolete: new Set(obsolete),
    grants: new Map(grants),
    consumers: new Map(consumers),
  }
}

/** One hook about a relation that the other side left by `remove-saas` fails, whatever it did. */
function assertThere({ tables, hook }: HookContext): void {
  const parted = tables.relations.get(hook.relation ?? -1)?.parted
  if (!parted?.failsNext) return
  parted.failsNext = false
  throw new ToolFailure('relation not found')
}

/** Of keys and values of one databag (4.0); in 3.6 it is one document, and as large. */
const largestBag = 16_777_216

function assertSmall({ bags }: HookContext): void {
  for (const { relation, entity, changes } of bags.values()) {
    const after = Object.entries({ ...bagOf(relation, entity), ...changes })
    const size = after.reduce(
      (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
      0,
    )
    if (size > largestBag)
      throw new ToolFailure(`max allowed total size (${largestBag}): quota limit exceeded`)
  }
}
