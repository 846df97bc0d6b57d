// One argument of a command line holds 128 KiB; what is longer juju reads from a file that `@` names.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Values } from './driver.ts'
import { readableByJuju } from './readable-by-juju.ts'

const longest = 100_000

export interface Fitting extends AsyncDisposable {
  readonly values: Values
}

/** The same values, the long ones as files for as long as this lasts. */
export async function filesForLong(values: Values): Promise<Fitting> {
  const folder = await mkdtemp(join(tmpdir(), 'values-'))
  const fitting: Record<string, Values[string]> = {}
  const written: string[] = [folder]
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || value.length < longest) fitting[name] = value
    else {
      const file = join(folder, name)
      await writeFile(file, value)
      const readable = await readableByJuju(file)
      written.push(readable)
      fitting[name] = `@${readable}`
    }
  }
  return {
    values: fitting,
    async [Symbol.asyncDispose]() {
      for (const path of written) await rm(path, { recursive: true, force: true })
    },
  }
}
