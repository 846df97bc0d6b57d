// What an operator says of a restore, or of what is to be verified.

import * as z from 'zod/mini'
import type { Juju } from '../../../juju/index.ts'

const text = z.optional(z.string())
const schema = z.object({
  'backup-id': text,
  source: text,
  file: text,
  confirm: z._default(z.boolean(), false),
  force: z._default(z.boolean(), false),
  undo: z._default(z.boolean(), false),
  without: z._default(z.string(), ''),
  'keep-users': z._default(z.string(), ''),
  'skip-safety-backup': z._default(z.boolean(), false),
})

export interface Parameters {
  readonly backupId: string | undefined
  readonly source: string | undefined
  readonly file: string | undefined
  readonly confirm: boolean
  readonly force: boolean
  readonly undo: boolean
  readonly without: readonly string[]
  readonly keepUsers: readonly string[]
  readonly skipSafetyBackup: boolean
}

/** `undefined`: the action has failed. */
export async function readParameters(juju: Juju): Promise<Parameters | undefined> {
  const read = z.safeParse(schema, await juju.actionParameters())
  if (!read.success) {
    await juju.actionFail(`${read.error.issues[0]?.path.join('.')}: ${read.error.issues[0]?.message}`)
    return undefined
  }
  const { data } = read
  return {
    // What is empty says nothing: then the action asks for it, in words.
    backupId: data['backup-id'] || undefined,
    source: data.source || undefined,
    file: data.file || undefined,
    confirm: data.confirm,
    force: data.force,
    undo: data.undo,
    without: list(data.without),
    keepUsers: list(data['keep-users']),
    skipSafetyBackup: data['skip-safety-backup'],
  }
}

function list(names: string): readonly string[] {
  return [...new Set(names.split(/[\s,]+/).filter((name) => name !== ''))].sort()
}
