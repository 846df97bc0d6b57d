// Parameters of an action, parsed: Juju checks types where actions.yaml says them, and nothing else.

import * as z from 'zod/mini'
import type { Charm } from '../charm.ts'

/** The parameters; `undefined` where one is wrong, and then the action has failed with its name. */
export async function readParameters<Schema extends z.core.$ZodType>(
  { juju }: Charm,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const parsed = z.safeParse(schema, await juju.actionParameters())
  if (parsed.success) return parsed.data
  const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? '')))]
  await juju.actionFail(`refused: ${names.join(', ')} is missing or not as the action's description says`)
  return undefined
}

export const dryRun = { 'dry-run': z._default(z.boolean(), false) } as const
export const untouched = { done: 'nothing', next: 'run it again without dry-run' } as const
