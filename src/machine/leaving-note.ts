// That this unit is on its way out, noted on its machine before it lets go of anything. Juju may run further hooks of it, the changed
// behind a joined or the start of a rebooted machine, and none of them tells.

import { join } from 'node:path'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from './file.ts'

export async function noteLeaving(state: string, unit: string): Promise<void> {
  await makeDirectory(state, { mode: 0o700 })
  await writeFileAtomic(pathOf(state), `${unit}\n`, { mode: 0o600 })
}

export async function isNotedLeaving(state: string, unit: string): Promise<boolean> {
  return (await readTextIfExists(pathOf(state)))?.trim() === unit
}

export function forgetLeaving(state: string): Promise<void> {
  return removeFile(pathOf(state))
}

function pathOf(state: string): string {
  return join(state, 'leaving')
}
