// Notes which processes hooks start, and with what: what they are told of a secret is looked for there (leaks.ts).

import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Model } from '../emulator/index.ts'
import { cache } from './world.ts'

/** Notes from now on what each process that a hook starts is given. */
export async function watchProcesses(model: Model): Promise<void> {
  const preload = join(cache, 'record-processes.cjs')
  await copyFile(join(import.meta.dirname, 'record-processes.cjs'), preload)
  Object.assign(model.tables.environment, { NODE_OPTIONS: `--require=${preload}` })
}
