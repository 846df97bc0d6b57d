// secret-info-get: what an owner is told of a secret, with this hook's own changes in it (facts/juju.md §2.16).

import { type HookContext, json, parseFlags, type Tool, ToolFailure } from './hook-context.ts'
import { find, mayManage, ownMetadata } from './secret-access.ts'
import { dateOf } from './secret-times.ts'
import type { Secret } from './state.ts'

export const secretInfoGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--label': 'value' }, 1)
  if (words.length > 0 && flags.has('--label'))
    throw new ToolFailure('specify either a secret URI or label but not both', 2)
  const secret = findOwn(context, words, flags.get('--label'))
  const shown = [...secret.grants].filter(([, id]) => isShown(context, id))
  const access = shown.map(([to, relation]) => ({
    target: to.includes('/') ? `unit-${to.replace('/', '-')}` : `application-${to}`,
    scope: relationTag(context, relation),
    role: 'view',
  }))
  const { label, description, rotation } = ownMetadata(context, secret)
  const pending = context.pendingSecrets.has(secret.id)
  const expiry = context.pendingMetadata.get(secret)?.expire ?? secret.expiry.get(secret.latest)
  const told = rotation?.policy ?? (pending ? undefined : 'never')
  return json({
    [secret.id]: {
      revision: secret.latest,
      label,
      owner: secret.owner.includes('/') ? 'unit' : 'application',
      ...(description !== '' && { description }),
      ...(told && { rotation: told }),
      ...(expiry !== undefined && { expiry: dateOf(expiry) }),
      ...(rotation &&
        !pending &&
        secret.rotation?.policy === rotation.policy && { rotates: dateOf(rotation.next) }),
      ...(access.length > 0 && { access }),
    },
  })
}

/** @throws where there is none that this unit may manage, by the name that was asked for */
function findOwn(context: HookContext, words: readonly string[], label: string | undefined): Secret {
  const nobody = (name: string): ToolFailure => new ToolFailure(`secret "${name}" not found`)
  const shown = (secret: Secret): boolean =>
    mayManage(context, secret) && (context.tables.profile === '3.6' || !context.removedSecrets.has(secret))
  if (label === undefined) {
    const secret = find(context, words, undefined)
    if (!shown(secret)) throw nobody(secret.id)
    return secret
  }
  const all = [...context.pendingSecrets.values(), ...context.tables.secrets.values()]
  const named = all.find((row) => ownMetadata(context, row).label === label && shown(row))
  if (!named) throw nobody(label)
  return named
}

/** 4.0 does not tell whom in another model a secret was granted. */
function isShown({ tables }: HookContext, relation: number): boolean {
  return tables.profile === '3.6' || tables.relations.get(relation)?.across === undefined
}

/** Requirer before provider: `relation-web.db#etcd.etcd-client`. */
function relationTag({ tables }: HookContext, id: number): string {
  const ends = [...(tables.relations.get(id)?.ends ?? [])].sort((a) => (a.role === 'requires' ? -1 : 1))
  return `relation-${ends.map((end) => `${end.app}.${end.endpoint}`).join('#')}`
}
