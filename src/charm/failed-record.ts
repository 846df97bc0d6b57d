// What the last hook could not do, for the action `status`: `juju status` has room for one thing, and nobody finds the others by looking.

import * as z from 'zod/mini'
import { parseJsonText, printJsonText } from '../interfaces/json-text.ts'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from '../machine/file.ts'
import { findWorkload } from '../machine/workload.ts'
import { failedPath } from './layout.ts'
import type { Observed } from './observed.ts'
import { tryTo } from './outcome.ts'
import { type Condition, stakes } from './step.ts'

const schema = z.array(
  z.object({
    status: z.enum(['blocked', 'waiting', 'maintenance', 'active']),
    message: z.string(),
    scope: z.enum(['unit', 'application']),
    stake: z.optional(z.enum(stakes)),
  }),
)

export async function readFailed(): Promise<readonly Condition[]> {
  const path = failedPath(await findWorkload())
  const found = parseJsonText(schema, await readTextIfExists(path)) ?? []
  return found.map(({ stake, ...rest }) => ({ ...rest, ...(stake && { stake }) }))
}

/** A disk that takes no note is what is told itself; and another unit's machine is not touched. */
export async function noteFailed(
  { leaving, machine, unit }: Observed,
  failed: readonly Condition[],
): Promise<void> {
  if (leaving || machine.occupant !== unit) return
  await tryTo(async () => {
    const workload = await findWorkload()
    const path = failedPath(workload)
    const before = await readTextIfExists(path)
    const told = failed.length > 0 ? printJsonText(failed) : undefined
    if (told === before) return
    if (told === undefined) return removeFile(path)
    await makeDirectory(workload.paths.state, { mode: 0o700 })
    await writeFileAtomic(path, told, { mode: 0o600 })
  })
}
