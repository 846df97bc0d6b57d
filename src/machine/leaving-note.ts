// That this unit is on its way out, noted on its machine before it lets go of anything. Juju may run further hooks of it, the changed
// behind a joined or the start of a rebooted machine, and none of them tells.

import { join } from 'node:path'
import { DiskFailed } from './disk.ts'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from './file.ts'

/** In memory, for a machine whose disk takes no note: it is mostly why the unit is removed. Until the machine restarts it serves as well. */
const volatile = '/run/etcd-charm'

export async function noteLeaving(state: string, unit: string): Promise<void> {
  try {
    await write(state, unit)
  } catch (error) {
    if (!(error instanceof DiskFailed)) throw error
    await write(volatile, unit)
  }
}

export async function isNotedLeaving(state: string, unit: string): Promise<boolean> {
  const notes = await Promise.all([state, volatile].map((folder) => readTextIfExists(pathOf(folder))))
  return notes.some((note) => note?.trim() === unit)
}

export async function forgetLeaving(state: string): Promise<void> {
  await Promise.all([state, volatile].map((folder) => removeFile(pathOf(folder))))
}

async function write(folder: string, unit: string): Promise<void> {
  await makeDirectory(folder, { mode: 0o700 })
  await writeFileAtomic(pathOf(folder), `${unit}\n`, { mode: 0o600 })
}

function pathOf(folder: string): string {
  return join(folder, 'leaving')
}
