// That this unit is on its way out, noted on its machine before it lets go of anything. Juju may run further hooks of it, the changed
// behind a joined or the start of a rebooted machine, and none of them tells.

import { join } from 'node:path'
import { DiskFailed } from './disk.ts'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from './file.ts'

/** In memory, for a machine whose disk takes no note: it is mostly why the unit is removed. Until the machine restarts it serves as well. */
const volatile = '/run/etcd-charm'

export function noteLeaving(state: string, unit: string): Promise<void> {
  return note(state, unit, 'leaving')
}

/** Its member is none any more: whoever asks later, and finds nobody to ask, knows that others have the data. */
export function noteLeft(state: string, unit: string): Promise<void> {
  return note(state, unit, 'left')
}

export function isNotedLeaving(state: string, unit: string): Promise<boolean> {
  return isNoted(state, unit, 'leaving')
}

export function isNotedLeft(state: string, unit: string): Promise<boolean> {
  return isNoted(state, unit, 'left')
}

export async function forgetLeaving(state: string): Promise<void> {
  const paths = [state, volatile].flatMap((folder) => [join(folder, 'leaving'), join(folder, 'left')])
  await Promise.all(paths.map((path) => removeFile(path)))
}

type Note = 'leaving' | 'left'

async function note(state: string, unit: string, name: Note): Promise<void> {
  try {
    await write(state, unit, name)
  } catch (error) {
    if (!(error instanceof DiskFailed)) throw error
    await write(volatile, unit, name)
  }
}

async function isNoted(state: string, unit: string, name: Note): Promise<boolean> {
  const notes = await Promise.all([state, volatile].map((folder) => readTextIfExists(join(folder, name))))
  return notes.some((text) => text?.trim() === unit)
}

async function write(folder: string, unit: string, name: Note): Promise<void> {
  await makeDirectory(folder, { mode: 0o700 })
  await writeFileAtomic(join(folder, name), `${unit}\n`, { mode: 0o600 })
}
