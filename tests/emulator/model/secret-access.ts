// Whom a secret belongs to, who may read it and by which name it is found, in this model and from others (facts/juju.md §4).

import { namesIn } from './cross-model.ts'
import { type HookContext, isLeader, ToolFailure } from './hook-context.ts'
import { applicationOf, type Secret, type Tables } from './state.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const secretPattern = new RegExp(`^(?:secret:(?:(?://)?(${uuid})/)?)?([0-9a-v]{19}[0g])$`)

/** By URI or `--label`, among pending and stored ones. */
export function find(context: HookContext, words: readonly string[], label: string | undefined): Secret {
  const all = [...context.pendingSecrets.values(), ...context.tables.secrets.values()]
  if (label !== undefined) {
    const own = [context.unit.name, context.unit.app.name]
    const found =
      all.find((row) => row.label === label && own.includes(row.owner)) ?? labelled(context, label)
    if (!found) {
      throw new ToolFailure(
        context.tables.profile === '3.6'
          ? `consumer label "${label}" not found`
          : `secret URI for consumer label "${label}" not found`,
      )
    }
    return found
  }
  const [uri] = words
  if (uri === undefined) throw new ToolFailure('require either a secret URI or label', 2)
  const [, model, id] = secretPattern.exec(uri) ?? []
  if (id === undefined) throw new ToolFailure(`secret URI "${uri}" not valid`, 2)
  // Only the long form leads to another model.
  const far = context.tables.models.find(({ uuid }) => uuid === model && uuid !== context.tables.uuid)
  const near = model === undefined || model === context.tables.uuid
  const found = (near ? all : [...(far?.secrets.values() ?? [])]).find((row) => row.id === id)
  if (!found) {
    throw new ToolFailure(
      context.tables.profile === '3.6'
        ? `secret "${id}" not found`
        : 'getting latest secret revision: secret not found',
    )
  }
  return found
}

/** What is changed is looked for when all is committed, in 4.0: what isn't there is passed over then. */
export function findLater(context: HookContext, uri: string): Secret | undefined {
  try {
    return find(context, [uri], undefined)
  } catch (error) {
    const later = error instanceof ToolFailure && error.code === 1 && context.tables.profile === '4.0'
    if (later) return undefined
    throw error
  }
}

export function uriOf([uri]: readonly string[]): string {
  if (uri === undefined) throw new ToolFailure('missing secret URI', 2)
  if (!secretPattern.test(uri)) throw new ToolFailure(`secret URI "${uri}" not valid`, 2)
  return uri
}

/** The secret that this unit reads by a label of its own. */
function labelled({ tables, unit }: HookContext, label: string): Secret | undefined {
  for (const model of tables.models)
    for (const secret of model.secrets.values())
      if (namesIn(model, tables, unit).some((name) => secret.consumers.get(name)?.label === label))
        return secret
  return undefined
}

function homeOf({ tables }: HookContext, secret: Secret): Tables {
  return tables.models.find((model) => model.secrets.get(secret.id) === secret) ?? tables
}

export function mayManage(context: HookContext, secret: Secret): boolean {
  if (homeOf(context, secret) !== context.tables) return false
  return secret.owner === context.unit.name || (secret.owner === context.unit.app.name && isLeader(context))
}

/**
 * Under what name this unit may read the secret; `undefined` where it may not.
 *
 * @throws while the relation that it was granted over is suspended (4.0)
 */
export function readerOf(context: HookContext, secret: Secret): string | undefined {
  const { tables, unit } = context
  const home = homeOf(context, secret)
  const granted = (name: string): boolean => {
    const over = secret.grants.get(name) ?? secret.grants.get(applicationOf(name))
    const relation = home.relations.get(over ?? -1)
    if (relation?.suspended && tables.profile === '4.0') throw new ToolFailure('permission denied')
    return relation !== undefined
  }
  const owns = home === tables && (secret.owner === unit.name || secret.owner === unit.app.name)
  return owns ? unit.name : namesIn(home, tables, unit).find(granted)
}

/** What this unit is called where the secret is; `undefined` where nothing is known of it. */
export function nameAt(context: HookContext, secret: Secret): string | undefined {
  return namesIn(homeOf(context, secret), context.tables, context.unit)[0]
}

/** By the URI's long form a unit reads secrets of other models, of which the controller must know where they are. */
export function assertModelKnown({ tables }: HookContext, [uri = '']: readonly string[]): void {
  const [, model] = secretPattern.exec(uri) ?? []
  if (model === undefined || [tables, ...tables.models].some(({ uuid }) => uuid === model)) return
  const why =
    tables.profile === '3.6'
      ? 'migration not found'
      : `no completed redirect for model "${model}": model not redirected`
  throw new ToolFailure(`creating remote secret client: ${why}`)
}

/** Of a model whose offers nobody here consumes any more 4.0 says so. */
export function assertConsumed(context: HookContext, secret: Secret): void {
  const { profile, saas } = context.tables
  const home = homeOf(context, secret)
  if (
    profile === '3.6' ||
    home === context.tables ||
    [...saas.values()].some(({ tables }) => tables === home)
  )
    return
  throw new ToolFailure('attempt count exceeded: remote application not found')
}

export function denied({ tables, unit }: HookContext, what: 'read' | 'manage'): ToolFailure {
  const text = `"${unit.name}" is not allowed to ${what} this secret`
  return new ToolFailure(tables.profile === '3.6' ? 'permission denied' : text)
}

/** The owner's own label, or the reader's, who names the secret for itself; at once, and by one name for one secret. */
export function nameSecret(
  context: HookContext,
  secret: Secret,
  consumer: { label?: string },
  wanted: string | undefined,
): void {
  if (wanted === undefined) return
  const other = labelled(context, wanted)
  if (other && other !== secret)
    throw new ToolFailure(
      context.tables.profile === '3.6'
        ? `secret with label "${wanted}" already exists`
        : 'getting latest secret revision: UNIQUE constraint failed: secret_unit_consumer.label, secret_unit_consumer.unit_uuid',
    )
  const own = homeOf(context, secret) === context.tables && secret.owner === context.unit.app.name
  if (mayManage(context, secret)) secret.label = wanted
  // Of its application's secret a unit that does not lead can't change the label: 3.6 passes over it.
  else if (own && context.tables.profile === '4.0') throw new ToolFailure('lease not held')
  else if (!own) consumer.label = wanted
}

/** With what this hook has changed. */
export function ownMetadata(
  context: HookContext,
  secret: Secret,
): Pick<Secret, 'label' | 'description' | 'rotation'> {
  const { label, description, rotation } = { ...secret, ...context.pendingMetadata.get(secret) }
  return { label, description, rotation }
}
