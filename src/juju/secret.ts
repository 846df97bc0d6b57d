// Secrets. Content goes by file, never on argv; a revision is made only when the content changed; ids are compared by their
// last 20 characters, because every tool prints another form.

import * as z from 'zod/mini'
import { askAgain } from './ask-again.ts'
import { NotFound, RelationGone, type ToolError } from './errors.ts'
import type { HookTools } from './hook-tool.ts'
import { parseSecretId, type RelationId, type SecretId, type SecretUri, secretUri } from './names.ts'
import { withContentFiles } from './secret-file.ts'

export type SecretContent = Readonly<Record<string, string>>
export type SecretName = { readonly uri: string } | { readonly label: string }

export interface SecretInfo {
  readonly uri: SecretUri
  readonly revision: number
  readonly label: string
  /** Relation tags that applications were granted it over, as Juju prints them: `relation-web.db#etcd.etcd-client`. */
  readonly access: readonly string[]
}

export interface SecretToPut {
  readonly label: string
  readonly owner: 'application' | 'unit'
  readonly description?: string
  readonly content: SecretContent
  readonly grantTo?: readonly RelationId[]
}

export interface Secrets {
  /**
   * Without flags the tracked revision; `refresh` moves to the latest, `peek` looks at it.
   *
   * @throws {NotFound} where it does not exist; {@link NotAllowed} where it is not granted
   */
  readSecret(
    name: SecretName,
    how?: { readonly refresh?: boolean; readonly peek?: boolean },
  ): Promise<SecretContent>
  /** Of a secret that this unit may manage; `undefined` where there is none. */
  secretInfo(name: SecretName): Promise<SecretInfo | undefined>
  /**
   * Makes a secret or revises the one of that label. It is looked up first, unless the caller has: in 3.6 a hook that failed may have
   * left it behind.
   *
   * @throws {NotFound} where its latest revision is gone: Juju revises it no more, and its label is free once it is removed and the hook done
   */
  putSecret(
    secret: SecretToPut,
    known?: SecretInfo | 'absent',
  ): Promise<{ readonly uri: SecretUri; readonly changed: boolean }>
  /** The long form, which other models understand too. */
  secretUri(id: SecretId): SecretUri
  /** To the application at the other end; one that is there already is no change. */
  grantSecret(uri: SecretUri, relation: RelationId): Promise<void>
  /** One revision, or all of it. */
  removeSecret(uri: SecretUri, revision?: number): Promise<void>
}

const contentSchema = z.record(z.string(), z.string())
const infoSchema = z.record(
  z.string(),
  z.object({
    revision: z.number(),
    label: z._default(z.string(), ''),
    access: z.optional(z.array(z.object({ scope: z._default(z.string(), '') }))),
  }),
)

/** @example await openSecrets(tools, modelUuid, charmDir).readSecret({ label: 'admin' }, { peek: true }) */
export function openSecrets(tools: HookTools, modelUuid: string, folder: string): Secrets {
  const at = (name: SecretName): readonly string[] => ('uri' in name ? [name.uri] : ['--label', name.label])

  const readSecret: Secrets['readSecret'] = async (name, how = {}) => {
    const { refresh, peek } = how
    const flags = [...(refresh ? ['--refresh'] : []), ...(peek ? ['--peek'] : [])]
    try {
      return await tools.runJson('secret-get', [...at(name), ...flags], contentSchema)
    } catch (error) {
      if ('uri' in name || !isOfAnother(error)) throw error
      // Juju says the same where it could not look at all labels.
      const info = await secretInfo(name)
      if (!info) throw new NotFound(error.call, { cause: error })
      return readSecret({ uri: info.uri }, how)
    }
  }

  const lookUp = async (name: SecretName): Promise<SecretInfo | undefined> => {
    try {
      const found = Object.entries(await tools.runJson('secret-info-get', at(name), infoSchema))[0]
      const id = found && parseSecretId(found[0])
      if (!found || !id) return undefined
      const { revision, label, access } = found[1]
      return {
        uri: secretUri(modelUuid, id),
        revision,
        label,
        access: (access ?? []).map((row) => row.scope),
      }
    } catch (error) {
      if (isOfAnother(error) && isSaidOf(error, name)) return undefined
      throw error
    }
  }

  // Juju 4.0 looks at all own secrets, and at whom each is granted to: one that is deleted meanwhile is "secret not found", too.
  const secretInfo: Secrets['secretInfo'] = (name) => askAgain(() => lookUp(name), isOfAnother)

  const create = async ({ label, owner, description, content }: SecretToPut): Promise<SecretUri> => {
    const flags = ['--label', label, '--owner', owner, ...(description ? ['--description', description] : [])]
    const printed = await withContentFiles(folder, content, (files) =>
      tools.run('secret-add', [...flags, ...files]),
    )
    const id = parseSecretId(printed)
    if (!id) throw new TypeError(`secret-add printed no URI of a secret for label ${label}`)
    return secretUri(modelUuid, id)
  }

  const grantSecret: Secrets['grantSecret'] = async (uri, relation) => {
    await tools.run('secret-grant', [uri, '-r', String(relation)])
  }

  return {
    readSecret,
    secretInfo,
    async putSecret(secret, found) {
      const known = found === 'absent' ? undefined : (found ?? (await secretInfo({ label: secret.label })))
      const uri = known?.uri ?? (await create(secret))
      const stored = known && (await readSecret({ uri }, { peek: true }))
      const changed = stored === undefined || !sameContent(stored, secret.content)
      if (stored && changed)
        await withContentFiles(folder, secret.content, (files) => tools.run('secret-set', [uri, ...files]))
      // A grant that is there already is no change to Juju, and only a new secret or a new reader needs one.
      if ((known?.access.length ?? 0) === 0)
        for (const relation of secret.grantTo ?? []) await grantSecret(uri, relation)
      return { uri, changed }
    },
    grantSecret,
    secretUri: (id) => secretUri(modelUuid, id),
    async removeSecret(uri, revision) {
      await tools.run('secret-remove', [
        uri,
        ...(revision === undefined ? [] : ['--revision', String(revision)]),
      ])
    },
  }
}

/** What may be said of another secret, or of a relation that one was granted over. */
function isOfAnother(error: unknown): error is ToolError {
  return error instanceof NotFound || error instanceof RelationGone
}

function isSaidOf({ call }: ToolError, name: SecretName): boolean {
  const asked = 'label' in name ? name.label : (parseSecretId(name.uri) ?? name.uri)
  return call.stderr.includes(`secret "${asked}" not found`)
}

/** Juju until 3.6.9 removes revision 12 with 1, by its digits, even where 12 is the latest. */
export function losesRevisions(jujuVersion: string): boolean {
  const [major = 0, minor = 0, patch = 0] = jujuVersion
    .split(/[.-]/)
    .map((part) => Number.parseInt(part, 10) || 0)
  return major < 3 || (major === 3 && (minor < 6 || (minor === 6 && patch <= 9)))
}

function sameContent(a: SecretContent, b: SecretContent): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key])
}
