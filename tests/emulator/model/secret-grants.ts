// secret-grant and secret-revoke: over a relation, to its application or to one of its units (facts/juju.md §4.1).

import { type HookContext, nothing, parseFlags, relationOf, type Tool, ToolFailure } from './hook-context.ts'
import { atCommit } from './at-commit.ts'
import { denied, find, findLater, mayManage, uriOf } from './secret-access.ts'
import { applicationOf, type Relation, remoteOf, type Secret } from './state.ts'

const spec = { '-r': 'value', '--relation': 'value', '--unit': 'value', '--app': 'value' } as const

export const secretGrant: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, spec, 1)
  const id = uriOf(parsed.words)
  const relation = given(parsed) ? relationOf(context, parsed) : undefined
  if (!relation) throw new ToolFailure('no relation id specified', 2)
  const secret = find(context, [id], undefined)
  if (!mayManage(context, secret)) throw new ToolFailure(`secret "${secret.id}" not found`)
  const app = remoteOf(relation, context.unit.app.name)
  const unit = parsed.flags.get('--unit')
  if (unit !== undefined && applicationOf(unit) !== app)
    throw new ToolFailure(`cannot specify unit "${unit}" in relation to application "${app}"`, 2)
  if (unit === undefined && [...secret.grants.keys()].some((to) => to.startsWith(`${app}/`)))
    throw new ToolFailure(
      'any unit level grants need to be revoked before granting access to the corresponding application',
    )
  if (secret.owner === context.unit.app.name) context.asLeader = true
  context.flush.push(() => grant(context, secret, relation, unit ?? app))
  return nothing
}

/** The last grant wins, to a unit or to all. */
function grant({ tables }: HookContext, secret: Secret, relation: Relation, to: string): void {
  const app = applicationOf(to)
  if (relation.gone) throw new ToolFailure('relation not found')
  if (relation.dying) throw new ToolFailure('cannot grant access to a relation that is not alive')
  if (relation.ends.length === 1)
    throw new ToolFailure(
      'granting secrets access: granting access to a secret over a peer relation is not supported',
    )
  // Recorded from 4.0.14: there the grant of a consumer commits. What can be read by it was not tried.
  if (relation.across && !relation.across.offers && tables.profile === '3.6')
    throw new ToolFailure('sharing consumer secrets across a cross model relation not supported')
  const before = [...secret.grants].filter(([entity]) => applicationOf(entity) === app)
  if (before.some(([, over]) => over !== relation.id)) throw anotherScope(tables.profile, secret)
  for (const [entity] of before) secret.grants.delete(entity)
  secret.grants.set(to, relation.id)
}

function anotherScope(profile: string, { id }: Secret): ToolFailure {
  return new ToolFailure(
    profile === '3.6'
      ? 'cannot change secret permission scope'
      : `executing leadership func: grant secrets access: cannot change scope or subject type of existing grant for application on "${id}"`,
  )
}

/** 4.0 looks at whose the secret is when all is committed, and passes over one that is not. */
export const secretRevoke: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, spec, 1)
  const { flags } = parsed
  const id = uriOf(parsed.words)
  const [app, unit] = [flags.get('--app'), flags.get('--unit')]
  if (app !== undefined && unit !== undefined)
    throw new ToolFailure('specify only one of application or unit', 2)
  const relation = given(parsed) ? relationOf(context, parsed) : undefined
  const from = unit ?? app ?? (relation && remoteOf(relation, context.unit.app.name))
  if (from === undefined) throw new ToolFailure('missing relation or application or unit', 2)
  const secret = findLater(context, id)
  const allowed = secret !== undefined && mayManage(context, secret)
  if (allowed && secret.owner === context.unit.app.name) context.asLeader = true
  atCommit(context, 'revoking secrets access', () => {
    if (!secret) return
    if (!allowed) throw denied(context, 'manage')
    secret.grants.delete(from)
  })
  return nothing
}

function given({ flags }: ReturnType<typeof parseFlags>): boolean {
  return flags.has('-r') || flags.has('--relation')
}
